DELETE FROM transitions WHERE action IN ('merge', 'unmerge');
ALTER TABLE transitions DROP COLUMN other_candidate_id;
ALTER TABLE transitions DROP CONSTRAINT transitions_action_known;
ALTER TABLE transitions ADD CONSTRAINT transitions_action_known CHECK (action IN ('nominate', 'assign', 'verify', 'endorse', 'screen', 'forward', 'list', 'not_list', 'return', 'resubmit', 'recall', 'reject', 'reinstate', 'withdraw', 'withdraw_consent', 'refuse', 'disqualify', 'carry_over', 'revoke'));
DROP INDEX tallies_candidate;
DROP TABLE merge_items;
DROP TABLE merges;
