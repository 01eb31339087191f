// Messages to the kernel: one is open at a time, and of the same gesture only the latest waits. So nothing piles up
// when a mouse is faster than a network.

export class MessageQueue {
  // onSilence() is called when an answer takes longer than `patience` milliseconds.
  constructor(post, onSilence = () => {}, patience = 4000) {
    Object.assign(this, { post, onSilence, patience, waiting: [], open: 0, last: Date.now() * 1000 });
  }

  // key: a waiting message with the same key is replaced. A message with the key null is never replaced, and neither is
  // what waits before it: a button acts on the values that were set when it was pressed.
  send(key, message) {
    if (key === null) this.waiting.forEach((entry) => { entry.fixed = true; });
    else this.waiting = this.waiting.filter((entry) => entry.fixed || entry.key !== key);
    this.waiting.push({ key, message });
    this.next();
  }

  // Whether a message with this key still waits, so that the kernel's value is older than the user's.
  pending(key) {
    return this.waiting.some((entry) => entry.key === key);
  }

  next() {
    if (this.open || !this.waiting.length) return;
    const { message } = this.waiting.shift();
    this.open = ++this.last;
    this.timer = setTimeout(() => this.onSilence(), this.patience);
    this.post({ ...message, number: this.open });
  }

  get idle() {
    return !this.open && !this.waiting.length;
  }

  // The message with this number was answered. Numbers of other pages' messages are ignored. If it was refused, what
  // waits is dropped: a button must not act on an old value while its user believes that a new one was taken.
  answered(number, refused = false) {
    if (!this.open || number !== this.open) return;
    clearTimeout(this.timer);
    this.open = 0;
    if (refused) this.waiting = [];
    this.next();
  }
}
