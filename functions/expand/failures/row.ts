import { type KubernetesObject, stringAt } from '../../core/kubernetes.ts';
import { shown } from '../../core/problem.ts';

/** A resource as the claim wants it, and what its provider said, as `pattern` found it. */
export interface Failure {
  readonly object: KubernetesObject;
  /** What the pattern captured, by number; empty where it captured nothing. */
  readonly captured: (group: number) => string;
}

type Words = string | ((failure: Failure) => string);

interface Known {
  /** Which kinds it is about: `Instance.rds.aws.m.upbound.io`, every kind of a group as `aws.m.upbound.io`, or `any`. */
  readonly of: string;
  /** The kind of ProviderConfig that the resource is reached with, where the row is about only one of them. */
  readonly through?: 'ClusterProviderConfig' | 'ProviderConfig';
  /** Matched against the message without secrets and without what differs between attempts. */
  readonly pattern: RegExp;
  /** A message that was really seen, or that its source makes, with its place. */
  readonly example: string;
}

/** Something went wrong that somebody has to put right. */
interface Fault extends Known {
  /** What is at fault: a field of the claim, or with `data.` a field of the EnvironmentConfig. */
  readonly field?: 'metadata.name' | `spec.${string}` | `data.${string}`;
  /** What is wrong with it and what to change. */
  readonly says: Words;
}

/** An error that goes away by itself once something else is there. */
interface Wait extends Known {
  readonly waitsFor: Words;
}

export type Row = Fault | Wait;

/** A value of the resource as it is wanted, as messages show it. */
export const wanted = ({ object }: Failure, field: string): string => shown(stringAt(object, 'spec', 'forProvider', field));

export const region = ({ object }: Failure): string => stringAt(object, 'spec', 'forProvider', 'region') ?? 'its region';

export const providerConfig = ({ object }: Failure): string =>
  `${stringAt(object, 'spec', 'providerConfigRef', 'kind') ?? 'ProviderConfig'} ${shown(stringAt(object, 'spec', 'providerConfigRef', 'name'))}`;
