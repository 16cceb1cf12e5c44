-- Which partnerships lost Quality Lead at redesignation, and on which statement?
SELECT d.name, d.assessed_on, held.awarded_on AS held_since,
       coalesce(d.award, 'no award') AS now, c.criterion,
       coalesce(s.statement, s.pointer) AS lacked, s.score, s.needs
  FROM decisions d
  JOIN awards held ON held.sequence = (
         SELECT a.sequence FROM awards a
          WHERE a.partnership = d.partnership AND a.sequence < d.sequence
            AND a.awarded_on <= d.assessed_on
            AND (a.revoked_by IS NULL OR a.revoked_by > d.sequence)
            AND NOT EXISTS (SELECT 1 FROM decisions same
                             WHERE same.sequence = a.sequence
                               AND same.registered_on = d.registered_on)
          ORDER BY a.awarded_on DESC, a.sequence DESC LIMIT 1)
  LEFT JOIN criteria c ON c.sequence = d.sequence AND c.award = 'quality-lead'
        AND c.status <> 'met'
  LEFT JOIN shortfalls s ON s.sequence = c.sequence AND s.award = c.award
        AND s.criterion = c.criterion
 WHERE held.award = 'quality-lead' AND d.change IN ('lower', 'none')
   AND d.route <> 'new-entry' AND d.revoked_by IS NULL
 ORDER BY d.assessed_on, d.name, c.criterion, lacked;
