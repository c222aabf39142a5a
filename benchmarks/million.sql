-- A ledger of 1,000,000 invented cases; run by million.py, which has made the pools (pool_…) and knows how many there are.
-- Each draw_… table has the columns of the ledger's table of that name. Statements end with a semicolon at the line's end.

SELECT setseed(0.2019);

CREATE TEMP TABLE drawn AS
SELECT n, 1 + floor(random() * (SELECT count(*) FROM pool_village))::int AS v,
       1 + floor(power(random(), 2.2) * (SELECT count(*) FROM pool_surname))::int AS surname,
       1 + floor(random() * (SELECT count(*) FROM pool_given))::int AS first, 1 + floor(random() * (SELECT count(*) FROM pool_given))::int AS second,
       random() < 0.85 AS two, random() < 0.53 AS man, (SELECT array_agg(lower ORDER BY position) FROM pool_disease) AS bounds,
       random() AS r_disease, DATE '2017-01-10' + floor(random() * 1000)::int AS found_on, random() AS r_born, random() AS r_move,
       floor(random() * 900)::int AS move_day, random() AS r_place, random() AS r_held, random() AS r_verified, random() AS r_ended
FROM generate_series(1, 940000) AS n;

CREATE TEMP TABLE first_case AS
SELECT d.*, p.id AS disease_id, p.adult, p.age_max,
       CASE WHEN p.age_max IS NOT NULL THEN found_on - floor(r_born * (p.age_max + 2) * 365)::int
            ELSE found_on - (25 * 365 + floor(sqrt(r_born) * 65 * 365))::int END AS born_on
FROM drawn d JOIN pool_disease p ON p.position = width_bucket(d.r_disease, d.bounds);

CREATE TEMP TABLE disease_of AS
SELECT n AS id, n AS person_id, disease_id, found_on, born_on, v, age_max FROM first_case
UNION ALL
SELECT 940000 + row_number() OVER (), one.n, other.id, one.found_on - 100 + floor(random() * 100)::int, one.born_on, one.v, NULL
FROM (SELECT * FROM first_case WHERE adult IS NOT NULL ORDER BY hashint4(n) LIMIT 60000) one
JOIN pool_disease other ON other.adult = (one.adult + 1 + (hashint4(one.n + 7) & 65535) % ((SELECT count(adult) FROM pool_disease) - 1)) % (SELECT count(adult) FROM pool_disease);

CREATE TEMP TABLE course AS
SELECT *, CASE WHEN r < .03 THEN 'found' WHEN r < .06 THEN 'registered' WHEN r < .07 THEN 'returned' WHEN r < .13 THEN 'verified'
               WHEN r < .17 THEN 'planned' WHEN r < .31 THEN 'in_treatment' WHEN r < .62 THEN 'treated' ELSE 'closed' END AS state,
       CASE WHEN r < .62 THEN '' WHEN r < .80 THEN 'cured' WHEN r < .91 THEN 'improved' WHEN r < .96 THEN 'died' WHEN r < .975 THEN 'moved_away'
            WHEN r < .99 THEN 'refused' ELSE 'mistaken' END AS outcome
FROM (SELECT *, random() AS r, random() AS r_waited, random() AS r_took, random() AS r_hospital FROM disease_of) d;

CREATE TEMP TABLE dated AS
SELECT *, CASE WHEN outcome IN ('cured', 'improved') THEN least(DATE '2019-10-20', completed_on + floor(r_hospital * 60)::int)
               WHEN outcome <> '' THEN least(DATE '2019-10-20', registered_on + 1 + floor(r_took * 200)::int) END AS closed_on
FROM (SELECT *, CASE WHEN state = 'treated' OR outcome IN ('cured', 'improved')
                     THEN least(DATE '2019-10-20', registered_on + 15 + floor(r_took * 220)::int) END AS completed_on
      FROM (SELECT *, CASE WHEN state <> 'found' THEN found_on + floor(r_waited * 8)::int END AS registered_on FROM course) c) c;

CREATE TEMP TABLE draw_person AS
SELECT f.n AS id, s.word || a.word || CASE WHEN two THEN b.word ELSE '' END AS name, s.letter || a.letter || CASE WHEN two THEN b.letter ELSE '' END AS initials,
       CASE WHEN man THEN 'male' ELSE 'female' END AS sex, born_on, number.sealed AS id_number, encode(sha256(f.n::text::bytea), 'hex') AS id_number_hash,
       phone.sealed AS phone, encode(sha256(('p' || f.n)::bytea), 'hex') AS phone_hash, county_id, township_id, village_id,
       1 + f.n % 12 || ' 组 ' || 1 + f.n % 97 || ' 号' AS address, '4' || lpad((f.n / 3)::text, 12, '0') AS household_number, 1 AS version,
       (found_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' + make_interval(secs => f.n % 28800 + 30000) AS created_at, clerk_id AS created_by_id
FROM first_case f JOIN pool_village v ON v.position = f.v JOIN pool_staff USING (county_id)
JOIN pool_surname s ON s.position = f.surname JOIN pool_given a ON a.position = f.first JOIN pool_given b ON b.position = f.second
JOIN pool_number number ON number.position = f.n % (SELECT count(*) FROM pool_number) JOIN pool_phone phone ON phone.position = f.n % (SELECT count(*) FROM pool_phone);

CREATE TEMP TABLE draw_case AS
SELECT d.id, person_id, disease_id, v.county_id, v.township_id, state, found_on, '入户排查' AS found_how, registered_on,
       CASE WHEN registered_on IS NOT NULL THEN clerk_id END AS registered_by_id,
       CASE WHEN state NOT IN ('found', 'registered', 'returned') THEN registered_on + floor(r_waited * 4)::int END AS verified_on,
       CASE WHEN treated_there THEN CASE WHEN r_hospital < .8 THEN hospital_code ELSE city_code END ELSE '' END AS hospital_code,
       CASE WHEN treated_there THEN CASE WHEN r_hospital < .8 THEN hospital_name ELSE city_name END ELSE '' END AS hospital_name,
       completed_on, closed_on, outcome, age_max IS NOT NULL AND extract(year FROM age(coalesce(registered_on, found_on), born_on)) > age_max AS age_confirmation_needed,
       coalesce(closed_on, completed_on, registered_on, found_on)::timestamp AT TIME ZONE 'Asia/Shanghai' + make_interval(secs => d.id % 28800 + 31000) AS changed_at,
       CASE WHEN r_hospital < .8 THEN hospital_id ELSE city_id END AS hospital_id, treated_there, r_took, clerk_id
FROM (SELECT *, state IN ('planned', 'in_treatment', 'treated') OR outcome IN ('cured', 'improved') AS treated_there FROM dated) d
JOIN pool_village v ON v.position = d.v JOIN pool_staff USING (county_id);

CREATE TEMP TABLE draw_stay AS
SELECT id AS case_id, hospital_id, registered_on + least(5, coalesce(completed_on, registered_on + 5) - registered_on) AS admitted_on,
       CASE WHEN state <> 'in_treatment' THEN completed_on WHEN r_took < .3 THEN registered_on + 12 END AS discharged_on, completed_on,
       changed_at AS recorded_at, clerk_id AS recorded_by_id
FROM draw_case WHERE treated_there AND state <> 'planned';

CREATE TEMP TABLE left_on AS SELECT person_id, max(closed_on) AS left_on FROM dated WHERE outcome = 'moved_away' GROUP BY person_id;

CREATE TEMP TABLE draw_residence AS
SELECT f.n AS person_id, v.county_id, v.township_id, v.village_id, '1 组 1 号' AS address,
       daterange(coalesce(moved_on, DATE '2012-01-01'), CASE WHEN left_on IS NOT NULL THEN greatest(left_on, moved_on + 1) END) AS during
FROM (SELECT n, v, CASE WHEN r_move < .06 THEN least(found_on - 400 + move_day, DATE '2019-10-19') END AS moved_on FROM first_case) f
JOIN pool_village v ON v.position = f.v LEFT JOIN left_on ON left_on.person_id = f.n;

INSERT INTO draw_residence
SELECT f.n, v.county_id, v.township_id, v.village_id, '2 组 2 号', daterange(DATE '2012-01-01', least(found_on - 400 + move_day, DATE '2019-10-19'))
FROM first_case f JOIN pool_village here ON here.position = f.v
JOIN pool_village v ON v.position = here.first_of_prefecture + floor(f.r_place * here.in_prefecture)::int
WHERE r_move < .06;

CREATE TEMP TABLE draw_categoryfact AS
SELECT f.n AS person_id, category, during, '系统名单' AS basis, CASE WHEN verified THEN lower(during) + floor(r_verified * 90)::int END AS verified_on,
       CASE WHEN verified THEN clerk_id END AS verified_by_id, clerk_id AS recorded_by_id,
       CASE WHEN category = 1 AND r_ended > .7 THEN 2016 + floor(r_ended * 3)::int % 3 END AS out_of_poverty_year
FROM first_case f JOIN pool_village v ON v.position = f.v JOIN pool_staff USING (county_id)
CROSS JOIN LATERAL (
    SELECT category, daterange(since, CASE WHEN r_ended < .05 THEN since + 300 + floor(r_ended * 8000)::int END) AS during,
           category = 1 OR r_verified < .9 AS verified
    FROM (SELECT 1 AS category, greatest(DATE '2015-11-01', born_on) AS since WHERE r_held < .70
          UNION ALL SELECT 2, greatest(found_on - 200 + floor(r_verified * 300)::int, born_on) WHERE r_held BETWEEN .62 AND .90
          UNION ALL SELECT 3, greatest(found_on - 300, born_on) WHERE r_held > .90 AND r_held < .96) held
) held;

CREATE TEMP TABLE draw_struckoff AS
SELECT id AS case_id, daterange(registered_on + 3, registered_on + 20) AS during FROM draw_case
WHERE registered_on IS NOT NULL AND state <> 'closed' AND hashint4(id::int) % 500 = 0;

CREATE TEMP TABLE draw_caseevent AS
SELECT person_id, case_id, at, (at AT TIME ZONE 'Asia/Shanghai')::date AS "on", move, to_state, text, by_id, '经办' AS by_name, '县卫计局' AS unit, county_id
FROM (SELECT id AS person_id, NULL::bigint AS case_id, created_at AS at, 'person_registered' AS move, '' AS to_state, '登记入户资料' AS text, created_by_id AS by_id, county_id FROM draw_person
      UNION ALL SELECT person_id, id, registered_on::timestamp AT TIME ZONE 'Asia/Shanghai' + interval '9 hours', 'case_registered', 'registered', '登记建档', clerk_id, county_id
      FROM draw_case WHERE registered_on IS NOT NULL
      UNION ALL SELECT person_id, id, changed_at, 'case_' || state, state, '病例有变动', clerk_id, county_id FROM draw_case
      WHERE state NOT IN ('found', 'registered')) e
ORDER BY at;

-- ---- the derived table, as ledger/standing.py derives it ----

CREATE TEMP TABLE span AS
SELECT row_number() OVER () AS span, case_id, person_id, disease_id, completed_on, start, "end"
FROM (SELECT c.id AS case_id, c.person_id, disease_id, completed_on, s.start, s."end"
      FROM draw_case c LEFT JOIN draw_struckoff gap ON gap.case_id = c.id
      CROSS JOIN LATERAL (SELECT CASE WHEN outcome = 'mistaken' THEN closed_on ELSE 'infinity'::date END AS last) l
      CROSS JOIN LATERAL (SELECT registered_on AS start, least(lower(during), last) AS "end" UNION ALL SELECT upper(during), last WHERE during IS NOT NULL) s
      WHERE registered_on IS NOT NULL AND NOT age_confirmation_needed) parts
WHERE start < "end";

ANALYZE span, draw_residence, draw_categoryfact;

CREATE TEMP TABLE cut AS
SELECT span, start AS day FROM span
UNION SELECT span, day FROM span JOIN (SELECT person_id, lower(during) AS day FROM draw_residence UNION ALL SELECT person_id, upper(during) FROM draw_residence
    UNION ALL SELECT person_id, lower(during) FROM draw_categoryfact UNION ALL SELECT person_id, upper(during) FROM draw_categoryfact
    UNION ALL SELECT person_id, verified_on FROM draw_categoryfact) dates USING (person_id)
WHERE day > start AND day < "end";

CREATE TEMP TABLE stretch AS
SELECT piece.*, county_id, coalesce(poor, false) AS registered_poor, coalesce(civil, false) AS civil_verified
FROM (SELECT span, day AS start, coalesce(lead(day) OVER (PARTITION BY span ORDER BY day), "end") AS "end", case_id, person_id, disease_id, completed_on
      FROM cut JOIN span USING (span)) piece
JOIN draw_residence home ON home.person_id = piece.person_id AND home.during @> piece.start
LEFT JOIN (SELECT c.span, c.day, bool_or(category = 1) AS poor, bool_or(category IN (2, 3) AND verified_on <= c.day) AS civil
           FROM cut c JOIN span s USING (span) JOIN draw_categoryfact f ON f.person_id = s.person_id AND f.during @> c.day GROUP BY c.span, c.day) held
  ON held.span = piece.span AND held.day = piece.start;

CREATE TEMP TABLE draw_standing AS
SELECT case_id, person_id, county_id, disease_id, (SELECT group_id FROM pool_disease p WHERE p.id = disease_id) AS group_id, registered_poor, civil_verified, completed_on,
       daterange(min(start), nullif(max("end"), 'infinity')) AS during
FROM (SELECT *, count(*) FILTER (WHERE new) OVER (PARTITION BY span ORDER BY start) AS island
      FROM (SELECT *, ("end_before" = start AND (county_id, registered_poor, civil_verified) = (county_before, poor_before, civil_before)) IS NOT TRUE AS new
            FROM (SELECT *, lag("end") OVER w AS end_before, lag(county_id) OVER w AS county_before, lag(registered_poor) OVER w AS poor_before,
                         lag(civil_verified) OVER w AS civil_before FROM stretch WINDOW w AS (PARTITION BY span ORDER BY start)) s) s) s
GROUP BY span, island, case_id, person_id, county_id, disease_id, registered_poor, civil_verified, completed_on;
