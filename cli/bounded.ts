/** `Promise.all` of at most `limit` at a time; the results are in the order of the items. */
export async function mapBounded<T, U>(items: readonly T[], limit: number, work: (item: T) => Promise<U>): Promise<readonly U[]> {
  const results = new Array<U>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
