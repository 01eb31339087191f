// Messages to the kernel: nothing piles up, nothing pressed is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageQueue } from "../../../liftkit/view/js/queue.js";

function opened(patience) {
  const sent = [], silences = [];
  const queue = new MessageQueue((message) => sent.push(message), () => silences.push(sent.at(-1).number), patience);
  return { queue, sent, silences, answer: () => queue.answered(sent.at(-1).number), names: () => sent.map((one) => one.name) };
}

function drain({ queue, sent, answer }) {
  for (let i = 0; i < 100 && queue.open; i++) answer();
  assert.equal(queue.open, 0);
  return sent;
}

// Time that passes only when asked.
function clock(context) {
  const { setTimeout, clearTimeout } = globalThis, timers = new Map();
  let now = 0, last = 0;
  globalThis.setTimeout = (answer, after) => (timers.set(++last, { answer, at: now + after }), last);
  globalThis.clearTimeout = (number) => timers.delete(number);
  context.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  return (milliseconds) => {
    now += milliseconds;
    for (const [number, { answer, at }] of [...timers]) if (at <= now && timers.delete(number)) answer();
  };
}

test("one message is open at a time", () => {
  const { queue, sent, answer } = opened();
  queue.send("a", { name: "a" });
  queue.send("b", { name: "b" });
  assert.deepEqual(sent.map((one) => one.name), ["a"]);
  answer();
  assert.deepEqual(sent.map((one) => one.name), ["a", "b"]);
  answer();
  assert.equal(queue.open, 0);
});

test("of a gesture only the latest waits", () => {
  const made = opened();
  for (let x = 0; x < 500; x++) made.queue.send("drag", { x });
  assert.equal(made.queue.waiting.length, 1);
  assert.deepEqual(drain(made).map((one) => one.x), [0, 499]);
});

test("every press of a button arrives", () => {
  const made = opened();
  for (let i = 0; i < 5; i++) made.queue.send(null, { name: "step" });
  assert.equal(drain(made).length, 5);
});

test("different gestures keep their order", () => {
  const made = opened();
  for (const name of ["open", "seed", "width", "tick"]) made.queue.send(name, { name });
  drain(made);
  assert.deepEqual(made.names(), ["open", "seed", "width", "tick"]);
});

test("a button acts on the values that it was pressed with", () => {
  const made = opened(), { queue } = made;
  queue.send("open", { name: "open" });
  queue.send("seed", { name: "seed", value: 1 });
  queue.send("seed", { name: "seed", value: 2 });
  queue.send(null, { name: "reset" });
  queue.send("seed", { name: "seed", value: 3 });
  queue.send("seed", { name: "seed", value: 4 });
  drain(made);
  assert.deepEqual(made.names(), ["open", "seed", "reset", "seed"]);
  assert.deepEqual(made.sent.map((one) => one.value), [undefined, 2, undefined, 4]);
});

test("a value is pending while its message waits", () => {
  const made = opened(), { queue, answer } = made;
  queue.send("seed", {});
  assert.equal(queue.pending("seed"), false);
  queue.send("seed", {});
  queue.send(null, {});
  assert.equal(queue.pending("seed"), true);
  assert.equal(queue.pending("width"), false);
  answer();
  assert.equal(queue.pending("seed"), false);
  drain(made);
});

test("numbers rise, and the message is not changed", () => {
  const made = opened(), message = Object.freeze({ name: "a" });
  made.queue.send(null, message);
  made.queue.send(null, message);
  const [one, two] = drain(made);
  assert.ok(two.number > one.number && one.number > 0);
});

test("numbers of other queues are ignored", () => {
  const made = opened(), { queue, sent, silences } = made;
  queue.answered(7);
  queue.send("a", {});
  queue.send("b", {});
  for (const number of [0, undefined, sent[0].number - 1, sent[0].number + 1]) queue.answered(number);
  assert.equal(sent.length, 1);
  assert.deepEqual(silences, []);
  drain(made);
  assert.equal(sent.length, 2);
});

test("an answer that comes twice opens nothing twice", () => {
  const { queue, sent } = opened();
  for (const name of "abc") queue.send(name, { name });
  queue.answered(sent[0].number);
  queue.answered(sent[0].number);
  assert.equal(sent.length, 2);
  queue.answered(sent[1].number);
});

test("what waits behind a refused value is dropped: a button would act on the old one", () => {
  const { queue, sent } = opened();
  queue.send("name", { name: "name" });
  queue.send(null, { name: "register" });
  queue.answered(sent[0].number, true);
  assert.equal(sent.length, 1);
  assert.ok(queue.idle && !queue.pending(null));
  queue.send(null, { name: "register" });
  assert.equal(sent.length, 2);
  assert.equal(queue.idle, false);
});

test("silence is reported once after the patience", (context) => {
  const pass = clock(context);
  const made = opened(4000), { queue, sent, silences, answer } = made;
  queue.send("a", {});
  pass(3999);
  assert.deepEqual(silences, []);
  pass(1);
  assert.deepEqual(silences, [sent[0].number]);
  queue.send("b", {});
  assert.equal(sent.length, 1);
  answer();
  assert.equal(silences.length, 1);
  assert.equal(sent.length, 2);
  answer();
  pass(99_999);
  assert.equal(silences.length, 1);
});
