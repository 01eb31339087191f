// What a widget shows: the kernel's state, or the browser's own answer, which is the same and comes at once.
import { MessageQueue } from "./queue.js";
import { dragAnswers } from "./drag.js";
import { viewAnswers } from "./view.js";
import { storedAnswers } from "./stored.js";

// name, Controller.browser in Python -> (its answers()) => { respond(values, message), state(values) }: the next values,
// or null if only the kernel can answer, and what is then shown, by the names of the widget's traits, and `message`.
// later(values), if there is one, does a little of the slow work and returns whether there was any.
const ANSWERS = { drag: dragAnswers, view: viewAnswers, stored: storedAnswers };

const PAUSE = 100, SLICE = 20; // milliseconds without a hand before slow work begins; of one slice, and after it

export class Source {
  // onChange(): something that is shown has changed. onSilence(): the kernel does not answer.
  constructor(model, onChange, onSilence) {
    Object.assign(this, { model, onChange, own: null, holding: false, asked: false, sharing: false });
    this.queue = new MessageQueue((message) => model.send(message), onSilence);
    this.use(model.get("answers"));
    model.on("msg:custom", ({ answers }) => this.use(answers));
    model.on("change:status", () => this.heard());
  }

  // A page without a kernel: liftkit/view/page.py.
  get alone() {
    return this.model.kernel === false;
  }

  use(answers) {
    const found = answers && ANSWERS[this.model.get("scene").browser](answers);
    if (!found?.then) this.answers = found;
    else this.ready = found.then((each) => { this.answers = each; this.onChange(); }, () => {}); // an old browser: a still page
  }

  // A hand comes near: what the browser needs to answer it is fetched now, and not stored with the notebook.
  ask() {
    if (this.asked || this.alone || !this.model.get("scene").browser) return;
    this.asked = true;
    this.model.send({ kind: "answers" });
  }

  get(name) {
    return this.own?.[name] ?? this.model.get(name);
  }

  // held: the hand goes on moving, so that the kernel is told later.
  send(key, message, held = false) {
    const status = this.get("status"), values = this.answers?.respond(status.values, message);
    if (values) {
      this.holding = held;
      this.show(values);
    }
    if (this.alone || (values && held)) return;
    this.queue.send(key, message);
    if (this.unsaved) this.model.save_changes?.(); // or it would be sent at some later time, when it is no longer so
    this.unsaved = false;
  }

  // Each control is a trait of the model, so that what ipywidgets links to it follows a hand at once.
  share(values) {
    this.sharing = this.unsaved = true;
    for (const { name } of this.model.get("scene").controls) if (name in values) this.model.set?.(name, values[name]);
    this.sharing = false;
  }

  show(values) {
    const { message, running = false, ...shown } = this.answers.state(values);
    this.share(values);
    this.own = { ...this.own, ...shown, status: { ...this.get("status"), values, message, running, error: null } };
    this.onChange();
    clearTimeout(this.timer);
    if (this.alone && this.answers.later) this.timer = setTimeout(() => this.work(), PAUSE);
  }

  // A page does slow work while its reader's hands rest, in slices; a notebook's kernel does it there.
  work() {
    const { values } = this.get("status"), start = performance.now();
    let more = true, some = false;
    while (more && performance.now() - start < SLICE) some = (more = this.answers.later(values)) || some;
    this.timer = more ? setTimeout(() => this.work(), SLICE) : undefined;
    if (!more && (some || this.working)) this.show(values);
    this.working = more;
  }

  // The kernel's state counts again as soon as it has answered everything.
  heard() {
    const { number, error } = this.model.get("status");
    this.queue.answered(number, error !== null);
    if (this.own && !this.holding && this.queue.idle) {
      this.own = null;
      this.onChange();
    }
  }
}
