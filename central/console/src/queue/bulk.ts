/** Many steps, a few at a time, and what came of them. */

export interface Outcome {
  id: string;
  /** The refusal's code; null when it was done. */
  code: string | null;
}

export interface Told {
  done: number;
  refused: number;
  /** Refusals by code, the most frequent first. */
  codes: readonly (readonly [code: string, count: number])[];
}

export const ABREAST = 4;

/** Do it for each, at most `abreast` at once, each as soon as there is room; the results in the order given. */
export async function inTurn<A, B>(
  all: readonly A[],
  one: (item: A) => Promise<B>,
  abreast = ABREAST,
): Promise<B[]> {
  const results: B[] = new Array<B>(all.length);
  let at = 0;
  const lane = async (): Promise<void> => {
    while (at < all.length) {
      const mine = at++;
      results[mine] = await one(all[mine]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(abreast, all.length) }, lane));
  return results;
}

export function summed(outcomes: readonly Outcome[]): Told {
  const codes = new Map<string, number>();
  for (const { code } of outcomes) if (code) codes.set(code, (codes.get(code) ?? 0) + 1);
  const refused = [...codes.values()].reduce((sum, count) => sum + count, 0);
  return { done: outcomes.length - refused, refused, codes: [...codes].sort((a, b) => b[1] - a[1]) };
}
