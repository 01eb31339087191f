// The line to the kernel: one message at a time, and of the same gesture only the latest waits. So nothing piles up
// when a mouse is faster than a network.

export class Line {
  constructor(send, onSilence = () => {}, patience = 4000) {
    Object.assign(this, { send, onSilence, patience, waiting: new Map(), open: 0, last: Date.now() * 1000 });
  }

  // key: what a later message of the same gesture replaces
  say(key, message) {
    this.waiting.delete(key);
    this.waiting.set(key, message);
    this.next();
  }

  next() {
    const first = this.waiting.entries().next();
    if (this.open || first.done) return;
    const [key, message] = first.value;
    this.waiting.delete(key);
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
    this.waiting.clear();
  }
}
