import type { Span } from './window.ts';

/** A condition, in its own words. */
export interface Said {
  readonly condition: string;
  readonly status: string;
  readonly message: string;
}

export interface Setting {
  readonly name: string;
  readonly value: unknown;
  /** As a plan has it, where only defaults are not told apart. */
  readonly from: 'claim' | 'running' | 'default';
  /** The default of today, where that is another. */
  readonly available?: unknown;
}

export interface Pending {
  readonly name: string;
  /** What is in force until then. */
  readonly now: unknown;
  readonly comes: unknown;
  /** Null where it comes as soon as the cloud has done it. */
  readonly window: Span | null;
}

/** When the cloud may restart something. */
export interface Window {
  readonly object: string;
  readonly window: string;
  readonly next: Span;
}

export interface Backup {
  readonly object: string;
  readonly what: string;
  /** Null where the cloud has not said it. */
  readonly days: number | null;
  readonly latest: string | null;
  readonly next: Span | null;
}

/** What the claim has put into a bucket. */
export interface Dumps {
  readonly bucket: string;
  /** Null where there is none yet. */
  readonly last: string | null;
  /** When one was last restored on trial, and when that was tried last; null where nobody asks for it. */
  readonly drill: { readonly lastPassed: string | null; readonly lastTried: string | null } | null;
}

export interface Login {
  readonly username: string;
  readonly since: string | null;
}

/** One of the objects that a claim composed. */
export interface Component {
  /** Null of what is not known to be the claim's own. */
  readonly key: string | null;
  /** `Kind/name`. */
  readonly object: string;
  readonly ready: boolean;
  readonly message: string;
}

/** What is to be said of a claim; null is what it does not have, or what is not known. */
export interface Status {
  readonly cluster: {
    readonly context: string;
    readonly server: string;
    /** What this user may not read. */
    readonly notRead: readonly string[];
  };
  readonly claim: { readonly kind: string; readonly namespace: string | null; readonly name: string };
  readonly environment: string | null;
  readonly tier: string | null;
  readonly backend: string | null;
  readonly owner: string | null;
  readonly ready: boolean;
  /** Since when it is ready, or is not, or is being deleted. */
  readonly since: string | null;
  /** Why it is still there although it is being deleted. */
  readonly going: string | null;
  readonly stopped: boolean;
  readonly says: readonly Said[];
  readonly expiresAt: string | null;
  readonly settings: readonly Setting[];
  readonly pending: readonly Pending[];
  readonly windows: readonly Window[];
  readonly backups: readonly Backup[];
  readonly dumps: Dumps | null;
  /** Why nothing of its data is backed up. */
  readonly notBackedUp: string | null;
  /** What is left of it when it is deleted. */
  readonly finalSnapshot: string | null;
  readonly binding: { readonly secret: string; readonly login: Login | null } | null;
  /** The claims that are bound to it, as `Kind/name`. */
  readonly usedBy: readonly string[];
  readonly composed: readonly Component[];
}
