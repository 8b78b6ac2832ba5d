import type { Api } from '../core/api.ts';
import { awaitedWindow, type Card } from '../core/card.ts';
import type { Field } from '../core/field.ts';
import { applyNowAnnotation } from '../core/group.ts';
import { annotateCommand, at, groupKind, type KubernetesObject } from '../core/kubernetes.ts';
import { hashOf } from '../core/names.ts';
import type { StepRequest } from '../core/pipeline.ts';
import { shown } from '../core/problem.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a claim asks for and the cloud has not done yet. */
export interface Deferred {
  /** The settings in force until then, without those of which no value of ours is. */
  readonly settings: Values;
  /** By setting, what comes. */
  readonly pending: Values;
  /** For a person: what comes when, and what is in force until then. */
  readonly message: string;
  /** Names these changes of this claim, for who does not want to wait. */
  readonly token: string;
}

const days: Readonly<Record<string, string>> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** `Sunday 03:00 to 03:30 UTC` of `sun:03:00-sun:03:30`. */
function windowOf(text: string | undefined): string | undefined {
  const [, day = '', start, end] = /^(\w{3}):(\d\d:\d\d)-\w{3}:(\d\d:\d\d)$/.exec(text ?? '') ?? [];
  return days[day] === undefined ? undefined : `${days[day]} ${start} to ${end} UTC`;
}

/** The value of a setting that the cloud reports in words of its own. */
function reportedValue({ schema }: Field, called: Readonly<Record<string, string>>, reported: unknown): unknown {
  const inner = 'unwrap' in schema && typeof schema.unwrap === 'function' ? schema.unwrap() : schema;
  const options: readonly unknown[] | undefined = 'options' in inner && Array.isArray(inner.options) ? inner.options : undefined;
  if (options === undefined) return schema.safeParse(reported).success ? reported : undefined;
  const isReported = (name: string) => reported === name || String(reported).startsWith(`${name}.`);
  return options.find((option) => isReported(called[String(option)] ?? String(option)));
}

interface Found {
  readonly setting: string;
  readonly reported: unknown;
  readonly value: unknown;
  /** Undefined where the cloud does it as soon as it can. */
  readonly window: string | undefined;
}

function foundOf(
  api: Api,
  backend: Api['backends'][string],
  card: Card,
  object: KubernetesObject,
  observed: KubernetesObject,
): readonly Found[] {
  const { fields = {} } = card.defers ?? {};
  return Object.entries(fields).flatMap(([field, path]) => {
    const setting = backend.explains?.[`${card.kind}.${field}`];
    const declared = setting === undefined ? undefined : api.fields[setting];
    const reported = at(observed, 'status', 'atProvider', path);
    if (setting === undefined || declared === undefined || reported === undefined) return [];
    const window = windowOf(awaitedWindow(card, object));
    return [{ setting, reported, value: reportedValue(declared, backend.calls?.[setting] ?? {}, reported), window }];
  });
}

/** What of the settings the cloud reports otherwise, where a card says that it defers such changes; undefined where nothing is. */
export function deferredOf(
  api: Api,
  backend: Api['backends'][string],
  settings: Values,
  resources: Readonly<Record<string, { readonly object: KubernetesObject }>>,
  { claim, observed, platform: { cards } }: Pick<StepRequest, 'claim' | 'observed' | 'platform'>,
): Deferred | undefined {
  const found = Object.entries(resources).flatMap(([key, { object }]) => {
    const [card, seen] = [cards.get(groupKind(object)), observed[key]?.object];
    return card === undefined || seen === undefined ? [] : foundOf(api, backend, card, object, seen);
  });
  // What AWS made more of by itself, such as storage, is no change that is to come.
  const comes = found.filter(({ setting, value }) =>
    api.durable.growing.includes(setting) ? !(Number(value) >= Number(settings[setting])) : value !== settings[setting],
  );
  const [first] = comes;
  if (first === undefined) return undefined;
  const said = comes.map(
    ({ setting, reported, value }) => `${setting} ${shown(settings[setting])} (${shown(value ?? reported)} until then)`,
  );
  const pending = Object.fromEntries(comes.map(({ setting }) => [setting, settings[setting]]));
  const token = `now-${hashOf([claim.metadata?.uid, pending])}`;
  const when =
    first.window === undefined
      ? 'as soon as AWS has done it'
      : `in the maintenance window, ${first.window}, or at once after: ${annotateCommand(claim, applyNowAnnotation, token)}`;
  return {
    settings: Object.fromEntries(
      Object.entries(settings).flatMap(([setting, wanted]) => {
        const other = comes.find((each) => each.setting === setting);
        const value = other === undefined ? wanted : other.value;
        return value === undefined ? [] : [[setting, value]];
      }),
    ),
    pending,
    token,
    message: `Everything serves; still to come: ${said.join(', ')}, ${when}`,
  };
}
