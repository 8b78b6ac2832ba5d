interface SharedConfig {
  readonly region: string;
  /** Where the service is, in place of AWS. */
  readonly endpoint?: string;
  /** Left out on AWS, where the SDK finds those of the pod's role by itself. */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** What a server that stands in for AWS calls its region, since SDKs want one that they know. */
export const standInRegion = 'us-east-1';

/**
 * A shared config file, which SDKs and the CLI read from AWS_CONFIG_FILE, so that one piece of code serves everywhere.
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function sharedConfig({ region, endpoint, accessKeyId, secretAccessKey }: SharedConfig): string {
  const settings = {
    region,
    endpoint_url: endpoint,
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
  };
  const lines = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  return `${['[default]', ...lines].join('\n')}\n`;
}
