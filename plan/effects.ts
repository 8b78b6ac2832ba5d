import { type Effect, impacts } from '../functions/core/card.ts';

/** The worst of effects, of those that do something to data before all others; undefined of none. */
export function worstOf(effects: readonly Effect[]): Effect | undefined {
  const weight = ({ impact, known, data }: Effect) => (data === undefined ? 0 : 10) + impacts.indexOf(impact) * 2 + (known ? 0 : 1);
  return effects.reduce<Effect | undefined>(
    (worst, each) => (worst === undefined || weight(each) > weight(worst) ? each : worst),
    undefined,
  );
}
