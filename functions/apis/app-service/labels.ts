/** The label that tells the pods of one app from those of all others. */
export const instanceLabel = 'app.kubernetes.io/instance';
