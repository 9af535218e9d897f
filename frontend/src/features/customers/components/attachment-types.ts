/** Which files may be attached to a customer. The server decides; this saves the upload of what it would refuse. */
import { t } from "@lingui/core/macro";
import type { ContentType } from "@/lib/contract";

/** Types by the endings of their names. */
const TYPES: Record<string, ContentType> = {
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  txt: "text/plain",
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
};
const MOST_BYTES = 10_485_760;

export const MOST_ATTACHMENTS = 50;
export const ACCEPTED = Object.keys(TYPES)
  .map((ending) => `.${ending}`)
  .join(",");
export const acceptedInWords = () => t`PDF, images, text, CSV, Excel or Word; at most 10 MB each.`;

/** The type under which a file is sent. Systems disagree about some, such as CSV: there the ending tells. */
export function contentTypeOf(file: { name: string; type: string }): ContentType | undefined {
  const type = file.type.split(";")[0]?.trim().toLowerCase();
  const known = Object.values(TYPES).find((one) => one === type);
  if (known) return known;
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase();
  return ending !== undefined && Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
}

/** Why a file cannot be attached. */
export function attachmentFault(file: { name: string; type: string; size: number }): string | undefined {
  if (!contentTypeOf(file)) return t`This type of file cannot be attached.`;
  if (file.size === 0) return t`The file is empty.`;
  if (file.size > MOST_BYTES) return t`The file is larger than 10 MB.`;
  return undefined;
}
