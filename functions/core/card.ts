import { at, type KubernetesObject, type PackageDependency, stringAt } from './kubernetes.ts';
import type { Deletion } from './protection.ts';

/** A fact that a kind does not have; the reason is what tells a decision from an oversight. */
export interface None {
  readonly none: string;
}

/** A fact that nobody has decided yet; until somebody does, objects of the kind are refused everywhere. `none` is what to decide. */
export interface Undecided extends None {
  readonly undecided: true;
}

/** What a field must be. */
export interface FieldFact<Root = KubernetesObject> {
  /** Dotted; `*` stands for every item of a list. */
  readonly path: string;
  readonly want: string;
  readonly holds: (value: unknown, root: Root) => boolean;
  /** The field may be left out; what is written must hold wherever it is written. */
  readonly optional?: true;
  readonly when?: (root: Root) => boolean;
  /** Values of the claim's own `spec.deletion` with which its author gave the protection up. */
  readonly waivedBy?: readonly Deletion[];
  readonly companion?: undefined;
}

/** Something that must be composed beside a resource, since the cloud keeps it apart. */
export type CompanionFact = {
  readonly path?: undefined;
  readonly companion: Card;
  readonly want: string;
  readonly holds?: (companion: KubernetesObject, object: KubernetesObject) => boolean;
  readonly least?: number;
  readonly unless?: (object: KubernetesObject) => boolean;
} & (
  | { readonly belongs: (companion: KubernetesObject, object: KubernetesObject) => boolean }
  /** The field of the resource that names its companion. */
  | { readonly namedIn: string }
);

export type SafetyFacts = readonly (FieldFact | CompanionFact)[];

/** What of a resource with data cannot be changed without losing it. */
export interface Data {
  /** Paths whose change makes the provider, or the cloud, replace what is there, or lose the way to it. */
  readonly fixed: readonly (readonly string[])[];
  /** Paths of sizes that can only grow, in GiB. */
  readonly growing: readonly (readonly string[])[];
  /** Paths of which one says what data it begins with; without any it is empty. */
  readonly from?: readonly (readonly string[])[];
  /** Path of the engine's version, where there is one, and to which majors each major can go in one step. */
  readonly version?: { readonly path: readonly string[]; readonly majors: Readonly<Record<string, readonly number[]>> };
  /** What is left of the data once the resource is deleted, in half a sentence. */
  readonly survives: string;
}

/** What a name may be; one that is not written is not judged. */
export interface NameLimit {
  readonly path: readonly string[];
  readonly most: number;
  readonly pattern?: RegExp;
  /** Names of the right form that are not to be had. */
  readonly reserved?: { readonly pattern: RegExp; readonly want: string };
  readonly when?: (object: KubernetesObject) => boolean;
}

/**
 * What policy documents say: an `identity` what its holder may do, a `resource` who may do what with it, a `key` who may use it,
 * a `trust` who may take the role.
 */
export interface Documents {
  readonly documents: readonly { readonly path: string; readonly of: 'identity' | 'resource' | 'key' | 'trust' }[];
  /** Paths of ARNs of policies that are attached. */
  readonly attached: readonly string[];
}

/** What is at fault: the claim's name, a field of the EnvironmentConfig, or a field of the cloud, which the backend explains. */
export type Blame = 'metadata.name' | `data.${string}` | { readonly field: string };

/** True, or why not: in half a sentence where time will tell, as `failed` where somebody has to do something. */
export type Readiness = true | string | { readonly failed: string; readonly about?: Blame };

/** One thing that an object is charged for. */
export type Item =
  /** A cost that stands whatever the use: so many of the price's units a month. */
  | { readonly charge: string; readonly price: string; readonly units: number }
  /** A cost that only use can tell; `factor` is how many of the price's units one `per` is. */
  | { readonly use: string; readonly price: string; readonly per: string; readonly factor: number }
  /** What claims use together, so that no one of them is charged for it. */
  | { readonly shared: string }
  /** What cannot be priced, and why. */
  | { readonly unpriced: string };

/** What a kind costs. */
export interface Price {
  /** The ids of the price list that its items name; `*` stands for a part that the object says. */
  readonly ids: readonly string[];
  /** `running` is the object as it was last seen: what the cloud does to it by itself is no change of the claim's. */
  readonly items: (object: unknown, running: unknown) => readonly Item[];
}

/** What a change does to what runs, the mildest first. */
export const impacts = ['in place', 'restart', 'replace'] as const;

export interface Effect {
  readonly impact: (typeof impacts)[number];
  /** False where nothing is known of the field, so that `in place` is only what usually happens. */
  readonly known: boolean;
  /** What to expect, in half a sentence. */
  readonly what: string;
  /** What it does to data; left out where it does nothing. */
  readonly data?: string;
  /** The data goes as soon as it is applied, so the guard has it acknowledged first. */
  readonly loses?: true;
}

export interface FieldChange {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  readonly was: KubernetesObject;
  readonly is: KubernetesObject;
}

/** By field; the longest that leads to a changed one counts. */
export type Effects = Readonly<Record<string, Effect | ((change: FieldChange) => Effect)>>;

/** A resource as the claim wants it, and what its provider said, as `pattern` found it. */
export interface Failed {
  readonly object: KubernetesObject;
  /** What the pattern captured, by number; empty where it captured nothing. */
  readonly captured: (group: number) => string;
}

type Words = string | ((failed: Failed) => string);

interface Known {
  /** The kind of ProviderConfig that the resource is reached with, where the row is about only one of them. */
  readonly through?: 'ClusterProviderConfig' | 'ProviderConfig';
  /** Matched against the message without secrets and without what differs between attempts. */
  readonly pattern: RegExp;
  /** A message that was really seen, or that its source makes, with its place. */
  readonly example: string;
}

/** Something went wrong that somebody has to put right. */
interface Fault extends Known {
  readonly about?: Blame;
  /** What is wrong with it and what to change. */
  readonly says: Words;
}

/** An error that goes away by itself once something else is there. */
interface Wait extends Known {
  readonly waitsFor: Words;
}

export type Failure = Fault | Wait;

/** The package that brings kinds, and what its provider says of any of them. */
export interface Provider extends PackageDependency {
  readonly failures: readonly Failure[];
}

/** What the cloud changes later than it is asked to. */
interface Defers {
  /** By field of `spec.forProvider`, the field of `status.atProvider` that has what is in force. */
  readonly fields: Readonly<Record<string, string>>;
  /** The field of `spec.forProvider` with the window in which it does what need not be at once, such as `sun:03:00-sun:03:30`. */
  readonly window?: string;
}

/** Where a kind reports of its backups, each as a dotted path below `status.atProvider`. */
interface BackupReport {
  /** What the backups are, for a person. */
  readonly what: string;
  /** The last moment that can be gone back to. */
  readonly latest?: string;
  /** For how many days they are kept; none are made with 0. */
  readonly days: string;
  /** The time of every day in which they are made, such as `02:30-03:00`. */
  readonly window?: string;
}

/** How something that was there before a claim is taken into it. */
interface Adoption {
  /** By field of `spec.forProvider`, the one of `status.atProvider` that says what runs, where it has another name. */
  readonly reported: Readonly<Record<string, string>>;
  /** Fields of `spec.forProvider` that say what the provider does, so that nothing which runs differs in them. */
  readonly silent: readonly string[];
  /** Fields of `spec.forProvider` that are set anew whatever runs: what that is called, what runs, and what comes of it. */
  readonly renewed: Readonly<
    Record<string, { readonly called: string; readonly runs: (atProvider: unknown) => string; readonly effect: Effect }>
  >;
  /** Why one cannot be taken in as it is, with what to do about it; undefined where it can. */
  readonly unfit: (atProvider: unknown, forProvider: unknown) => string | undefined;
}

/** All that is known of a kind. */
export interface Card {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** `cluster` is whoever runs it: an operator that no package of ours depends on. */
  readonly broughtBy: 'Kubernetes' | 'Crossplane' | 'cluster' | Provider;
  /** It stands for something outside of the cluster. */
  readonly managed: boolean;
  readonly data: Data | None;
  /** Where the claims for volumes are listed that Kubernetes makes of it, which outlive its pods. */
  readonly volumes?: { readonly path: string };
  readonly names: readonly NameLimit[] | Undecided;
  /** Field of `spec.forProvider` by which its provider looks again where nothing has the external name; left out, that may find any other. */
  readonly lookedUpBy?: string;
  /** Where the spec of its pods is; `fixed` where that stays as long as the object does. */
  readonly pods: { readonly path: string; readonly fixed?: true } | None;
  readonly tags: { readonly path: string } | None;
  /** That nobody but an administrator of its server can have made, under a claim's names, all that the claim makes of such kinds. */
  readonly provenTogether?: true;
  /** That nothing is made in it or by it, so that nothing else waits until it was looked for. */
  readonly apart?: true;
  readonly region: { readonly path: string } | None;
  /** Where the host names are under which it is reached from outside of the cluster. */
  readonly hosts: { readonly path: string } | None;
  /** Where instances are chosen, and the families to choose from. */
  readonly classes: { readonly path: string; readonly families: readonly string[] } | None;
  readonly access: Documents | None;
  readonly deletionProtection: SafetyFacts | None;
  readonly finalSnapshot: SafetyFacts | None;
  /** That what is outside stays when the object goes. */
  readonly outliving: SafetyFacts | None;
  readonly atRest: SafetyFacts | None;
  readonly inTransit: SafetyFacts | None;
  readonly privacy: SafetyFacts | None;
  readonly ingress: SafetyFacts | None;
  readonly standby: SafetyFacts | None;
  readonly backups: SafetyFacts | None;
  /** Left out where it reports of none. */
  readonly backupReport?: BackupReport;
  /** That somebody is told by it when something is wrong. */
  readonly tells?: true;
  /** That apps need not log in to it as its administrator; left out where nobody logs in, or as nobody else. */
  readonly logins?: SafetyFacts;
  readonly ready: (observed: KubernetesObject) => Readiness;
  /** What one that is ready does not do all the same, in half a sentence after its name. */
  readonly lacks?: (observed: KubernetesObject) => string | undefined;
  /** An API that somebody adds to a cluster, what to run for that, and what claims are `without` it. */
  readonly restsOn?: { readonly apiService: string; readonly broughtBy: string; readonly install: string; readonly without: string };
  /** `unknown` where no list was read. */
  readonly price: Price | None | 'unknown';
  readonly effects: Effects;
  /** Fields that an apiserver leaves out where it lacks the feature, such as `spec.updateStrategy.rollingUpdate.maxUnavailable`. */
  readonly gated?: readonly string[];
  /** Left out where what is asked for is in force as soon as the object is ready. */
  readonly defers?: Defers;
  /** Left out where no claim takes in what was there before it. */
  readonly adoption?: Adoption;
  readonly failures: readonly Failure[];
}

/** The cards of a platform, by `groupKind`. */
export type Cards = ReadonlyMap<string, Card>;

/** The head of an object of a kind. */
export const typed = ({ apiVersion, kind }: Card) => ({ apiVersion, kind });

const isUndecided = (fact: unknown): fact is Undecided => typeof fact === 'object' && fact !== null && 'undecided' in fact;

/** The facts of a kind that nobody has decided yet, and what there is to decide. */
export const undecidedOf = (card: Card): readonly { readonly fact: string; readonly what: string }[] =>
  Object.entries(card).flatMap(([fact, value]) => (isUndecided(value) ? [{ fact, what: value.none }] : []));

/** Whether data is lost with an object of a kind; of one that nobody has decided yet it is assumed. */
export const holdsData = ({ data }: Card): boolean => !('none' in data) || isUndecided(data);

/** Whether a package brings the kind; Crossplane's RBAC manager grants those. */
export const providerOf = ({ broughtBy }: Card): Provider | undefined => (typeof broughtBy === 'string' ? undefined : broughtBy);

/** The window that changes of an object wait for, as the cloud writes it; undefined where they wait for none. */
export function awaitedWindow({ defers }: Card, object: KubernetesObject): string | undefined {
  const waits = at(object, 'spec', 'forProvider', 'applyImmediately') === false;
  return waits && defers?.window !== undefined ? stringAt(object, 'spec', 'forProvider', defers.window) : undefined;
}
