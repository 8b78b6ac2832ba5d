import { isDeepStrictEqual } from 'node:util';
import type { Cards, Effect } from '../functions/core/card.ts';
import { groupKind, type KubernetesObject, stringAt } from '../functions/core/kubernetes.ts';
import { settingsAnnotation } from '../functions/core/record.ts';
import type { ObservedResource } from '../functions/core/step.ts';
import { effectOf } from '../functions/guard/effects.ts';
import { appliedTo, appliedWithin, isInParts } from './applied.ts';
import type { Cost } from './cost.ts';
import { worstOf } from './effects.ts';
import type { Plan } from './run.ts';
import { isSecretField, masked } from './secrets.ts';

export interface FieldDelta {
  readonly field: string;
  /** Left out where there was nothing. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly effect: Effect;
}

export interface ResourceDelta {
  readonly key: string;
  readonly kind: string;
  readonly name: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** The worst of its fields' effects, where it is changed. */
  readonly effect?: Effect;
  readonly fields: readonly FieldDelta[];
}

export interface SettingDelta {
  readonly name: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** What comes of this setting alone; left out where it cannot be told. */
  readonly effect?: Effect;
}

/** What a plan changes of what there is. */
export interface Delta {
  readonly claim: 'new' | 'changed' | 'unchanged' | 'deleted';
  readonly settings: readonly SettingDelta[];
  readonly resources: readonly ResourceDelta[];
  readonly costBefore: Cost | null;
  /** What the developer should know of how it was compared. */
  readonly notes: readonly string[];
}

interface Leaf {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * `whole`: what is missing afterwards counts too. `set`: what is set afterwards and, as the cluster adds defaults of its own, what is missing
 * only where Crossplane had applied it.
 */
export type Extent = 'whole' | 'set';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list whose items have names of their own is compared by them. */
function byName(list: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const names = list.map((item) => stringAt(item, 'name'));
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined;
  return Object.fromEntries(list.map((item, index) => [names[index], item]));
}

/** `applied` are the fields of `before` that Crossplane applied. */
function leaves(before: unknown, after: unknown, extent: Extent, applied: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (isDeepStrictEqual(before, after)) return [];
  // Of what was applied part by part, only those parts go; what others added to it stays.
  const remaining = after === undefined && extent === 'set' && isInParts(applied) ? {} : after;
  const [was, is] = Array.isArray(before) && Array.isArray(remaining) ? [byName(before), byName(remaining)] : [before, remaining];
  if (isRecord(was) && isRecord(is)) {
    const missing = Object.keys(was).filter((key) => !(key in is) && (extent === 'whole' || appliedWithin(applied, key) !== undefined));
    const keys = [...missing, ...Object.keys(is)].sort();
    return keys.flatMap((key) => leaves(was[key], is[key], extent, appliedWithin(applied, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && after.every(isRecord)) {
    return after.flatMap((item, index) => leaves(before[index], item, extent, undefined, [...path, String(index)]));
  }
  return [{ path, before, after }];
}

/** What of an object its author decides. */
function decided(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { status: _status, metadata, apiVersion: _version, ...rest } = object;
  const part = (field: 'labels' | 'annotations') => {
    const { [settingsAnnotation]: _, ...values } = metadata?.[field] ?? {};
    return Object.keys(values).length === 0 ? {} : { [field]: values };
  };
  return { ...rest, metadata: { name: metadata?.name, ...part('labels'), ...part('annotations') } };
}

/** The fields of an object that differ from what there was; by default of those that it sets, or that Crossplane had set. */
export function fieldsOf(was: KubernetesObject, is: KubernetesObject, cards: Cards, extent: Extent = 'set'): readonly FieldDelta[] {
  const gated = extent === 'set' ? cards.get(groupKind(is))?.gated : undefined;
  const differing = leaves(decided(was), decided(is), extent, appliedTo(was)).filter(
    ({ path, before }) => before !== undefined || gated?.includes(path.join('.')) !== true,
  );
  return differing.map(({ path, before, after }) => {
    const value = (given: unknown) => (isSecretField(is, path) ? masked : given);
    return {
      field: path.join('.'),
      ...(before !== undefined && { before: value(before) }),
      ...(after !== undefined && { after: value(after) }),
      effect: effectOf({ path, before, after, was, is }, cards),
    };
  });
}

type Objects = Readonly<Record<string, KubernetesObject>>;

/** What comes, changes and goes, by key. */
export function resourceDeltas(before: Objects, after: Objects, cards: Cards, extent: Extent): readonly ResourceDelta[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key): readonly ResourceDelta[] => {
    const [was, is] = [before[key], after[key]];
    const about = is ?? was;
    const named = { key, kind: about?.kind ?? '', name: about?.metadata?.name ?? '' };
    if (was === undefined) return [{ ...named, change: 'added', fields: [] }];
    if (is === undefined) return [{ ...named, change: 'removed', fields: [] }];
    const fields = fieldsOf(was, is, cards, extent);
    const effect = worstOf(fields.map((field) => field.effect));
    return effect === undefined ? [] : [{ ...named, change: 'changed', effect, fields }];
  });
}

export function objectsOf(observed: Readonly<Record<string, ObservedResource>>): Objects {
  return Object.fromEntries(Object.entries(observed).map(([key, { object }]) => [key, object]));
}

type Settings = Readonly<Record<string, unknown>>;

/** Settings by name. `alone` plans the claim as it was with nothing but one setting changed. */
export function settingDeltas(
  before: Settings,
  after: Settings,
  alone: (name: string) => readonly ResourceDelta[] | undefined,
): readonly SettingDelta[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => {
      const effect = worstOf((alone(name) ?? []).flatMap((delta) => delta.effect ?? []));
      return {
        name,
        ...(before[name] !== undefined && { before: before[name] }),
        ...(after[name] !== undefined && { after: after[name] }),
        ...(effect !== undefined && { effect }),
      };
    });
}

export function settingsOf(plan: Plan): Settings {
  return Object.fromEntries(plan.settings.map(({ name, value }) => [name, value]));
}

/** A spec that says one setting as it is to be. */
export function specWith(spec: unknown, field: string, settings: Settings): Settings {
  const { [field]: _, ...rest } = isRecord(spec) ? spec : {};
  const value = settings[field];
  return value === undefined ? rest : { ...rest, [field]: value };
}
