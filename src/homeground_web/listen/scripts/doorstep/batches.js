// Many things in requests of a size that the site takes and a slow line carries.
const MOST = 50; // things
const LARGEST = 400_000; // signs: a line that breaks should not have to begin a long one again

// What has another `of` goes apart.
export function batches(things, { size, of = () => "" }) {
  const made = [];
  const open = new Map();
  for (const thing of things) {
    let batch = open.get(of(thing));
    if (!batch || batch.things.length >= MOST || batch.size + size(thing) > LARGEST) {
      open.set(of(thing), (batch = { things: [], size: 0 }));
      made.push(batch.things);
    }
    batch.things.push(thing);
    batch.size += size(thing);
  }
  return made;
}
