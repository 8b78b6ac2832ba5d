/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const pattern = /^\+?(\d+\.?\d*|\.\d+)(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d{1,3}))?$/;

const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A Kubernetes quantity as a number of its base unit, cores or bytes; undefined for what is none, or below zero. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, digits, suffix, exponent] = pattern.exec(String(value)) ?? [];
  if (digits === undefined) return undefined;
  // Read as one decimal number, so that 100m and 0.1 are the same.
  const parsed = Number(`${digits}e${exponent ?? decimal[suffix ?? ''] ?? 0}`) * 2 ** (binary[suffix ?? ''] ?? 0);
  return Number.isFinite(parsed) ? parsed : undefined;
}
