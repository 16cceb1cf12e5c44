-- Whose award is due for redesignation today, and when does it lapse?
SELECT partnership, award, awarded_on, due_on, expires_on,
       CAST(julianday(expires_on) - julianday(date('now')) AS INTEGER) AS days_left
  FROM register
 WHERE status = 'due'
 ORDER BY expires_on, partnership;
