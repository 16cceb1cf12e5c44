-- Who held what on a day, and was it current, due or lapsed then?
WITH day (d) AS (VALUES ('2023-12-31'))
SELECT a.partnership, a.award, a.commendations, a.awarded_on, a.expires_on,
       CASE WHEN d >= a.expires_on THEN 'lapsed'
            WHEN d >= a.due_on THEN 'due' ELSE 'current' END AS status,
       a.logged_as
  FROM day JOIN awards a ON a.sequence = (
         SELECT x.sequence FROM awards x
          WHERE x.partnership = a.partnership AND x.awarded_on <= d
            AND x.revoked_by IS NULL
          ORDER BY x.awarded_on DESC, x.sequence DESC LIMIT 1)
 ORDER BY a.partnership;
