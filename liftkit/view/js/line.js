// The line to the kernel: one message at a time, and of the same gesture only the latest waits. So nothing piles up
// when a mouse is faster than a network.

export class Line {
  constructor(send, onSilence = () => {}, patience = 4000) {
    Object.assign(this, { send, onSilence, patience, waiting: [], open: 0, last: Date.now() * 1000 });
  }

  // key: what a later message of the same gesture replaces. With none a message is never replaced, and neither is what
  // waits before it: a button acts on the values that it was pressed with.
  say(key, message) {
    if (key === null) this.waiting.forEach((one) => { one.fixed = true; });
    else this.waiting = this.waiting.filter((one) => one.fixed || one.key !== key);
    this.waiting.push({ key, message });
    this.next();
  }

  // Whether a hand is ahead of the kernel.
  ahead(key) {
    return this.waiting.some((one) => one.key === key);
  }

  next() {
    if (this.open || !this.waiting.length) return;
    const { message } = this.waiting.shift();
    this.open = ++this.last;
    this.timer = setTimeout(() => this.onSilence(true), this.patience);
    this.send({ ...message, number: this.open });
  }

  // The answer to a message has come; others' answers are not for us.
  heard(number) {
    if (!this.open || number !== this.open) return;
    clearTimeout(this.timer);
    this.open = 0;
    this.onSilence(false);
    this.next();
  }

  close() {
    clearTimeout(this.timer);
    this.waiting = [];
  }
}
