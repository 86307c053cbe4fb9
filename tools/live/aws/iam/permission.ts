/** Permission that a request needs: one action on one resource. */
export interface Permission {
  /** As IAM writes it: `s3:PutObject`. */
  readonly action: string;
  /** ARN; `*` where the action knows no resource. */
  readonly resource: string;
  /**
   * Condition keys that are known for this request; undefined for a key that the action has and the request lacks.
   * @default - none: conditions on other keys are not checked
   */
  readonly context?: Readonly<Record<string, string | undefined>>;
}
