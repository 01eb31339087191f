// The line to the kernel: nothing piles up, nothing pressed is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../../../liftkit/view/js/line.js";

function opened(patience) {
  const sent = [], silences = [];
  const line = new Line((message) => sent.push(message), (on) => silences.push(on), patience);
  return { line, sent, silences, answer: () => line.heard(sent.at(-1).number), names: () => sent.map((one) => one.name) };
}

function drain({ line, sent, answer }) {
  for (let i = 0; i < 100 && line.open; i++) answer();
  assert.equal(line.open, 0);
  return sent;
}

// Time that passes when it is told to.
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
  const { line, sent, answer } = opened();
  line.say("a", { name: "a" });
  line.say("b", { name: "b" });
  assert.deepEqual(sent.map((one) => one.name), ["a"]);
  answer();
  assert.deepEqual(sent.map((one) => one.name), ["a", "b"]);
  answer();
  assert.equal(line.open, 0);
});

test("of a gesture only the latest waits", () => {
  const pipe = opened();
  for (let x = 0; x < 500; x++) pipe.line.say("drag", { x });
  assert.equal(pipe.line.waiting.length, 1);
  assert.deepEqual(drain(pipe).map((one) => one.x), [0, 499]);
});

test("every press of a button arrives", () => {
  const pipe = opened();
  for (let i = 0; i < 5; i++) pipe.line.say(null, { name: "step" });
  assert.equal(drain(pipe).length, 5);
});

test("different gestures keep their order", () => {
  const pipe = opened();
  for (const name of ["open", "seed", "width", "tick"]) pipe.line.say(name, { name });
  drain(pipe);
  assert.deepEqual(pipe.names(), ["open", "seed", "width", "tick"]);
});

test("a button acts on the values that it was pressed with", () => {
  const pipe = opened(), { line } = pipe;
  line.say("open", { name: "open" });
  line.say("seed", { name: "seed", value: 1 });
  line.say("seed", { name: "seed", value: 2 });
  line.say(null, { name: "reset" });
  line.say("seed", { name: "seed", value: 3 });
  line.say("seed", { name: "seed", value: 4 });
  drain(pipe);
  assert.deepEqual(pipe.names(), ["open", "seed", "reset", "seed"]);
  assert.deepEqual(pipe.sent.map((one) => one.value), [undefined, 2, undefined, 4]);
});

test("a hand is ahead of the kernel while its message waits", () => {
  const pipe = opened(), { line, answer } = pipe;
  line.say("seed", {});
  assert.equal(line.ahead("seed"), false);
  line.say("seed", {});
  line.say(null, {});
  assert.equal(line.ahead("seed"), true);
  assert.equal(line.ahead("width"), false);
  answer();
  assert.equal(line.ahead("seed"), false);
  drain(pipe);
});

test("numbers rise, and the message is not changed", () => {
  const pipe = opened(), message = Object.freeze({ name: "a" });
  pipe.line.say(null, message);
  pipe.line.say(null, message);
  const [one, two] = drain(pipe);
  assert.ok(two.number > one.number && one.number > 0);
});

test("numbers that are not of this line are ignored", () => {
  const pipe = opened(), { line, sent, silences } = pipe;
  line.heard(7);
  line.say("a", {});
  line.say("b", {});
  for (const number of [0, undefined, sent[0].number - 1, sent[0].number + 1]) line.heard(number);
  assert.equal(sent.length, 1);
  assert.deepEqual(silences, []);
  drain(pipe);
  assert.equal(sent.length, 2);
});

test("an answer that comes twice opens nothing twice", () => {
  const { line, sent } = opened();
  for (const name of "abc") line.say(name, { name });
  line.heard(sent[0].number);
  line.heard(sent[0].number);
  assert.equal(sent.length, 2);
  line.close();
});

test("silence is told after the patience, and that it is over", (context) => {
  const pass = clock(context);
  const pipe = opened(4000), { line, sent, silences, answer } = pipe;
  line.say("a", {});
  pass(3999);
  assert.deepEqual(silences, []);
  pass(1);
  assert.deepEqual(silences, [true]);
  line.say("b", {});
  assert.equal(sent.length, 1);
  answer();
  assert.deepEqual(silences, [true, false]);
  assert.equal(sent.length, 2);
  answer();
  pass(99_999);
  assert.deepEqual(silences, [true, false, false]);
});

test("a closed line waits for nothing", (context) => {
  const pass = clock(context);
  const { line, sent, silences } = opened(10);
  line.say("a", {});
  line.say("b", {});
  line.close();
  pass(99);
  line.heard(sent[0].number);
  assert.equal(sent.length, 1);
  assert.ok(!silences.includes(true));
});
