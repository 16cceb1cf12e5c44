-- What was revoked, when, by which user and why, and what was decided next?
SELECT r.at, r.user, r.partnership, coalesce(w.logged_as, 'decision') AS kind,
       coalesce(w.award, 'no award') AS was,
       substr(r.what, instr(r.what, ': ') + 2) AS reason,
       CASE WHEN n.sequence IS NOT NULL THEN coalesce(n.award, 'no award') END AS next
  FROM activity r
  LEFT JOIN awards w ON w.revoked_by = r.sequence
  LEFT JOIN decisions n ON n.sequence = (
         SELECT min(x.sequence) FROM decisions x
          WHERE x.partnership = r.partnership AND x.sequence > r.sequence)
 WHERE r.kind = 'revocation'
 ORDER BY r.sequence;
