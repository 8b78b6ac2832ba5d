import type { Api } from './api.ts';
import { group } from './group.ts';
import { at, type KubernetesObject, stringAt } from './kubernetes.ts';
import { isGoing } from './readiness.ts';
import type { ObservedResource } from './step.ts';

/** On the anchor of a claim's backend: in which environment and with which settings everything was composed, as JSON. */
export const settingsAnnotation = `${group}/settings`;

type Values = Readonly<Record<string, unknown>>;

/** What a live claim runs with. */
export interface Running {
  /** Undefined for a claim that lives in none. */
  readonly environment: string | undefined;
  readonly settings: Values;
  /** Settings that the record has, with values that no claim could say any more. */
  readonly unreadable: readonly string[];
  /** Where the record is, for a message. */
  readonly where: string;
}

/** A composed object, with where and with what it was composed. */
export function withRecord(object: KubernetesObject, environment: string | undefined, settings: Values): KubernetesObject {
  const sorted = Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  const record = JSON.stringify({ environment, settings: sorted });
  const annotations = { ...object.metadata?.annotations, [settingsAnnotation]: record };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What a claim runs with as far as its status says it: enough to tell what a claim costs of which nothing else is seen, and no source of
 * what is applied. Undefined for a claim that was never allowed anything.
 */
export function rememberedOf({ fields }: Api, { status }: KubernetesObject): Running | undefined {
  const recorded = at(status, 'settings');
  if (recorded === undefined) return undefined;
  const settings = Object.entries(fields).flatMap(([name, { schema }]) => {
    const value = name === 'backend' ? at(status, name) : at(recorded, name);
    return value !== undefined && schema.safeParse(value).success ? [[name, value] as const] : [];
  });
  return { environment: stringAt(status, 'environment'), settings: Object.fromEntries(settings), unreadable: [], where: 'status.settings' };
}

/**
 * What a claim runs with, from what it composed, which is proven to be that; the claim's own status is no source, since who may write
 * claims may write that too. Undefined for a claim that has composed nothing yet.
 */
export function runningOf({ fields, backends }: Api, observed: Readonly<Record<string, ObservedResource>>): Running | undefined {
  const anchors = [...new Set(Object.values(backends).flatMap(({ anchor }) => anchor ?? []))];
  const found = anchors.flatMap((key) => {
    const object = observed[key]?.object;
    const text = stringAt(object, 'metadata', 'annotations', settingsAnnotation);
    return object === undefined || text === undefined || isGoing(object) ? [] : [{ key, object, text }];
  });
  const [record] = found;
  if (record === undefined) return undefined;
  const { key, object, text } = record;
  const said = parsed(text);
  const values = at(said, 'settings');
  const read = Object.entries(fields).map(([name, { schema }]) => {
    const value = at(values, name);
    // Pods and what makes them are in reach of those who may not choose a backend, so it has to be one that such an object is of.
    const isPossible = name !== 'backend' || backends[String(value)]?.anchor === key;
    return { name, value, isKnown: value !== undefined && isPossible && schema.safeParse(value).success };
  });
  return {
    environment: stringAt(said, 'environment'),
    settings: Object.fromEntries(read.flatMap(({ name, value, isKnown }) => (isKnown ? [[name, value]] : []))),
    unreadable: read.flatMap(({ name, value, isKnown }) => (!isKnown && (values === undefined || value !== undefined) ? [name] : [])),
    where: `${object.kind} ${object.metadata?.name}: metadata.annotations.${settingsAnnotation}`,
  };
}
