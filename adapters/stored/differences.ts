/** The text of a money check: the kind, and the provider's id if there is one, because ours may be missing. */
export const differenceText = ({
  kind,
  providerId,
}: {
  readonly kind: string;
  readonly providerId: string | null;
}): string => (providerId === null ? kind : `${kind}: ${providerId}`);
