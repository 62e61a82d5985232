/** What to search traces by. */
export interface TraceSearch {
  readonly experimentIds: readonly string[]
  /** MLflow's filter grammar, such as `status = 'ERROR' AND timestamp_ms > 1700000000000`. @defaultValue all traces */
  readonly filter?: string | undefined
  /** 1 to 500. @defaultValue 100 */
  readonly maxResults?: number | undefined
  /** Such as `['timestamp_ms DESC']`. @defaultValue newest first */
  readonly orderBy?: readonly string[] | undefined
  /** The `nextPageToken` of the previous page. */
  readonly pageToken?: string | undefined
}
