/** The API group of every claim; the one line that a fork changes. */
export const group = 'platform.internal';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** What `kubectl get` lists claims of every kind by. */
export const category = 'claim';

/** The API group of the pipeline steps' inputs. */
export const inputApiVersion = `fn.${group}/${version}`;

/** On a Namespace: the name of the environment that its claims belong to. */
export const environmentLabel = `${group}/environment`;

/** On a Namespace: who answers for what its claims make; a tag on every cloud resource. */
export const ownerLabel = `${group}/owner`;

/** On a Namespace: the team that it was made for. */
export const teamLabel = `${group}/team`;

/** On an EnvironmentConfig: `environment` marks it as one of ours. */
export const kindLabel = `${group}/kind`;

/** On the resource that holds a claim's data: where that was made, and so stays. */
export const madeInAnnotation = `${group}/made-in`;

/**
 * On a managed resource that only looks whether there is something under its name already: `first`, before it makes that; `kept`, for
 * what an earlier claim may have left; `source`, for what the claim begins with; `beside`, for what belongs to what it adopts.
 */
export const lookAnnotation = `${group}/look`;

/** On a managed resource that stands for something that was there before the claim: the name by which the claim's spec adopts it. */
export const adoptsAnnotation = `${group}/adopts`;

/** On a Namespace of a protected tier: `Allow` lets it be deleted. */
export const namespaceDeletionAnnotation = `${group}/deletion`;

/** On a claim: ids of policies that it asks to be let off, separated by commas. */
export const waiverAnnotation = `${group}/waive-policies`;

/** On a claim: the changes that its author takes the loss of, as the refusal names them, separated by commas. */
export const acknowledgeAnnotation = `${group}/acknowledge`;

/** On what has no pods since its claim is stopped, and not since somebody scaled it to none. */
export const stoppedAnnotation = `${group}/stopped`;

/** On a claim: what is not to wait: pending changes, as the claim's condition names them, or another login, by the value that asks for it. */
export const applyNowAnnotation = `${group}/apply-now`;

/** On a claim: asks for another login of its app, once for each value, such as a date. */
export const rotateAnnotation = `${group}/rotate`;

/** On a login: which rotation it was given its password by. */
export const rotationAnnotation = `${group}/rotation`;

/** On a login: since when the binding names it. */
export const inUseSinceAnnotation = `${group}/in-use-since`;
