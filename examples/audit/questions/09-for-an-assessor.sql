-- Which decisions should an assessor look at, and has anything been decided since?
SELECT d.name, d.assessed_on, coalesce(d.award, 'no award') AS award, d.change,
       next.assessed_on AS next_on,
       CASE WHEN next.sequence IS NOT NULL
            THEN coalesce(next.award, 'no award') END AS next
  FROM decisions d
  LEFT JOIN decisions next ON next.sequence = (
         SELECT min(x.sequence) FROM decisions x
          WHERE x.partnership = d.partnership AND x.sequence > d.sequence
            AND x.revoked_by IS NULL)
 WHERE d.refer_to_assessor AND d.revoked_by IS NULL
 ORDER BY d.assessed_on, d.name;
