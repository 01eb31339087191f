// A run's networks without a kernel: what liftkit/view/networks.py packs, as liftkit/networks.py evaluates it.

let table; // of all float16 numbers

function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1, power = (bits >> 10) & 31, fraction = (bits & 1023) / 1024;
  if (power === 31) return fraction ? NaN : sign * Infinity;
  return sign * (power ? (1 + fraction) * 2 ** (power - 15) : fraction * 2 ** -14);
}

function fromHalves(bits) {
  table ??= Float32Array.from({ length: 65536 }, (_, i) => float16(i));
  return Float32Array.from(bits, (each) => table[each]);
}

export const decoded = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

// packed() of networks.py: base64 -> Float32Array
export const unpacked = (text) => new Float32Array(decoded(text));

// lifter_data() or discriminator_data() -> the same with `layers`, in the order in which they are used.
export function network({ content, half, shapes, ...about }) {
  const bytes = decoded(content), units = shapes.reduce((sum, [outputs]) => sum + outputs, 0);
  const affine = new Float32Array(bytes, 0, 2 * units);
  const weights = half ? fromHalves(new Uint16Array(bytes, 8 * units)) : new Float32Array(bytes, 8 * units);
  let from = 0, at = 0;
  const part = (size) => affine.subarray(from, (from += size));
  const layers = shapes.map(([outputs, inputs]) => {
    const weight = weights.subarray(at, (at += outputs * inputs));
    return { weight, scale: part(outputs), shift: part(outputs), outputs, inputs };
  });
  return { ...about, layers };
}

// x: a Float64Array. Four sums at a time, each of its own, take half the time of one after the other.
function dense({ weight, scale, shift, outputs, inputs }, x) {
  const y = new Float64Array(outputs), even = inputs - (inputs % 4);
  for (let i = 0, k = 0; i < outputs; i++) {
    let a = 0, b = 0, c = 0, d = 0, j = 0;
    for (; j < even; j += 4, k += 4) {
      a += weight[k] * x[j];
      b += weight[k + 1] * x[j + 1];
      c += weight[k + 2] * x[j + 2];
      d += weight[k + 3] * x[j + 3];
    }
    for (; j < inputs; j++) a += weight[k++] * x[j];
    y[i] = (a + b + c + d) * scale[i] + shift[i];
  }
  return y;
}

function relu(x) {
  for (let i = 0; i < x.length; i++) if (x[i] < 0) x[i] = 0; // NaN stays NaN
  return x;
}

// Residual blocks of two layers each.
function blocks(layers, h) {
  for (let i = 0; i < layers.length; i += 2) {
    const inner = relu(dense(layers[i + 1], relu(dense(layers[i], h))));
    for (let k = 0; k < inner.length; k++) inner[k] += h[k];
    h = inner;
  }
  return h;
}

// The depths of a normalised pose, a flat list of x and y for each joint; as Run.lift gives them, NaN where a joint was
// not seen that they depend on.
export function depths(net, x2d) {
  const z = new Float64Array(net.joints), seen = (joint) => Number.isFinite(x2d[2 * joint] + x2d[2 * joint + 1]);
  const all = Array.from(z.keys()).every(seen);
  if (!all && !(net.ownScales && seen(0))) return z.fill(NaN);
  let at = 0;
  const next = (count) => net.layers.slice(at, (at += count));
  const inputs = net.sees.map((joints) => joints.flatMap((joint) => [x2d[2 * joint], x2d[2 * joint + 1]]));
  const scales = inputs.map((x) => (net.ownScales && Math.max(...x.map(Math.abs))) || 1); // NaN: 1, and x stays NaN
  let parts = inputs.map((x, s) => {
    const [first] = next(1);
    return blocks(next(2 * net.blocks), relu(dense(first, Float64Array.from(x, (value) => value / scales[s]))));
  });
  if (net.sharedBlocks) {
    const joined = next(parts.length).flatMap((join, s) => [...dense(join, parts[s])]);
    parts = [blocks(next(2 * net.sharedBlocks), Float64Array.from(joined))];
  }
  parts.forEach((h, s) => {
    const [output] = next(1), found = dense(output, h);
    net.owns[s].forEach((joint, k) => { z[joint] = Math.tanh(found[k]) * scales[s]; });
  });
  return z;
}

// How real a normalised view, a flat list of x and y for each joint, looks to a discriminator.
export function score({ layers }, x2d) {
  const h = relu(dense(layers[0], Float64Array.from(x2d.slice(2))));
  return dense(layers.at(-1), blocks(layers.slice(1, -1), h))[0];
}
