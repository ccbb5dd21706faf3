/** As a money check shows it: the provider's own id helps where there is none of ours. */
export const differenceText = ({
  kind,
  providerId,
}: {
  readonly kind: string;
  readonly providerId: string | null;
}): string => (providerId === null ? kind : `${kind}: ${providerId}`);
