import { COMMENT_LIMIT } from "../report/markdown";
import { PAGE, type GitHub } from "./client";

/** A comment that is kept up to date. */
export interface StickyComment {
  /** Number of the pull request. */
  readonly pullRequest: number;
  /** Tells this comment from others; letters, digits, `-`, `_`, `.` and `/`. */
  readonly marker: string;
  readonly markdown: string;
}

/**
 * Writes the comment with this marker, or updates it: one comment, however often the plan is made.
 * @returns the comment's address, and whether it is new
 * @throws UserError when GitHub refuses or cannot be reached
 */
export async function keepComment(github: GitHub, comment: StickyComment): Promise<{ url: string; isNew: boolean }> {
  const mark = `<!-- lgtm:${comment.marker} -->`;
  const body = bodyOf(mark, comment.markdown);
  const { api, paginate, repository } = github;
  const on = { ...repository, issue_number: comment.pullRequest };
  const comments = await paginate(api.issues.listComments, { ...on, per_page: PAGE });
  const own = comments.find((one) => one.body?.startsWith(mark) === true);
  const { data } =
    own === undefined
      ? await api.issues.createComment({ ...on, body })
      : await api.issues.updateComment({ ...repository, comment_id: own.id, body });
  return { url: data.html_url, isNew: own === undefined };
}

const NOTICE = "\n\n… cut here: a comment on GitHub holds no more. The whole text is in the summary of the run.\n";

function bodyOf(mark: string, markdown: string): string {
  const whole = `${mark}\n${markdown}`;
  if (whole.length <= COMMENT_LIMIT) return whole;
  const room = whole.slice(0, COMMENT_LIMIT - NOTICE.length);
  // At the end of a line, so that no table or mark is cut in two.
  return `${room.slice(0, Math.max(room.lastIndexOf("\n"), mark.length))}${NOTICE}`;
}
