"""Every column of ours, classed by hand: "personal" says who somebody is, how to reach them, or how they are; else "plain"."""

# app.Model: (personal, plain). A link to a person is personal; bookkeeping about a row is plain.
_BY_MODEL = {
    "ledger.Person": (
        "name initials sex born_on id_number id_number_hash id_absent_reason insurance_number native_place phone phone_hash village"
        " address household_number contact_name contact_relation contact_phone village_doctor village_doctor_phone merged_into",
        "id county township version created_at created_by",
    ),
    "ledger.Residence": ("person village address reason", "id county township during"),
    "ledger.CategoryFact": (
        "person category during basis out_of_poverty_year ended_reason",
        "id recorded_on verified_on verified_by recorded_by",
    ),
    "ledger.Enrolment": ("person enrolled plan pooling_area", "id year"),
    "ledger.PolicyCard": ("person number during", "id"),
    "ledger.Case": (
        "person disease found_how found_by_name diagnosed_on diagnosis_hospital icd10 outcome folded_into name_head initials_head",
        "id county township state found_on registered_on registered_by verified_on hospital_code hospital_name referral_code completed_on closed_on"
        " age_confirmation_needed age_confirmed_by assigned_to changed_at version",
    ),
    "ledger.CaseEvent": ("person case text reason by_name", "id at on move from_state to_state by unit county"),
    "ledger.StruckOff": ("case during", "id"),
    "ledger.Standing": (
        "case person disease group registered_poor civil_verified completed_on",
        "id county during",
    ),
    "ledger.Upload": (
        "file_name people preview outcome",
        "id staff area layout category since whole counts decisions state made_at applied_at",
    ),
    "ledger.ListWork": ("file said", "id upload kind address run stage stage_at done total beat_at stopped finished_at"),
    "ledger.Merge": ("kept gone before carried reason undone_reason", "id after event merged_at merged_by undone_at undone_by"),
    "ledger.Transfer": (
        "person given_number given_name village address moved_on reason answer",
        "id from_county to_county asked_at asked_by city_from state answered_at answered_by",
    ),
    "ledger.Proof": (
        "person case kind file_name sha256 content withdrawn_reason",
        "id number media_type size added_at added_by withdrawn_at withdrawn_by",
    ),
    "ledger.SavedFilter": ("name query", "id staff"),
    "ledger.ListColumns": ("", "id staff columns"),
    "ledger.FormerNumber": ("person id_number_hash reason", "id until"),
    "ledger.Holiday": ("", "id prefecture day works name document"),
    "ledger.DataChange": ("", "id prefecture county at by kind subject text document"),
    "ledger.AuditEvent": ("username subject_id detail address", "id at staff role action subject_type county_code"),
    "ledger.AuditSeal": ("", "sequence event hash sealed_at"),
    "ledger.Staff": (
        "password username full_name work_phone",
        "id last_login role area hospital_code unit is_active must_change_password created_at",
    ),
    "ledger.Division": ("", "id code name short_name level parent programme ended_on"),
    "ledger.UnitName": ("", "id division kind name short_name since"),
    "ledger.ReportGroup": ("", "id name f1_order f5_order f5_heading"),
    "ledger.Disease": ("", "id code name short_name icd10_prefixes age_max group position"),
    "ledger.Programme": ("", "id code name"),
    "ledger.CoverageList": ("", "id programme year effective_on starts_on"),
    "ledger.Coverage": ("", "id list disease position document status"),
    "hospitals.Hospital": ("", "id code name short_name county phone pooling_area is_active"),
    "hospitals.HospitalLevel": ("", "id hospital policy level"),
    "hospitals.Designation": ("", "id hospital disease area tier year document ended_on"),
    "hospitals.Stay": (
        "case hospital admitted_on discharged_on completed_on lasting pathway pathway_course pathway_left",
        "id recorded_at recorded_by",
    ),
    "reports.QualityGoal": ("", "id prefecture since catalogue_share readmission_days document"),
    "hospitals.Standard": (
        "",
        "id prefecture kind number title issuer issued_on ended_on file_name media_type size sha256 content diseases",
    ),
    "hospitals.TreatmentPlan": (
        "case hospital review_on review_hospital tests findings diagnosis diagnosing_doctor admission_on department treatment procedure"
        " drugs attending_doctor attending_phone surgeon surgeon_phone discharge_on prognosis pathway total_yuan in_policy_yuan"
        " amended_because cancelled_because remarks signed",
        "id version state written_at written_by filed_at filed_by late_from answered_at answered_by",
    ),
    "hospitals.PlanPhrase": ("", "id hospital disease field text times"),
    "hospitals.Inability": (
        "case hospital reason talked_on talked_with talk wish arranged answer",
        "id said_on said_by answered_on answered_by",
    ),
    "hospitals.DeferralRule": ("", "id prefecture categories own_county pilots document"),
    "hospitals.Deferral": (
        "stay categories documents signed_on signed_by",
        "id county copies_kept originals_returned recorded_at recorded_by",
    ),
    "hospitals.Deposit": (
        "stay taken_on amount_yuan reason remedy refunded_on refunded_yuan objection withdrawn_reason",
        "id county told_on verified_on verified_by recorded_at recorded_by withdrawn_on",
    ),
    "hospitals.Repayment": (
        "stay self_pay_yuan paid_yuan owed_yuan signed_on signed_by agreed_yuan",
        "id settled recorded_at recorded_by",
    ),
    "hospitals.Instalment": ("repayment due_on amount_yuan upto_yuan", "id number"),
    "hospitals.Repaid": ("repayment paid_on amount_yuan receipt withdrawn_reason", "id recorded_at recorded_by withdrawn_on"),
    "hospitals.Referral": (
        "person case direction from_hospital to_hospital to_name reason condition treated_so_far head_of_department patient_agreed"
        " family_name family_relation doctor doctor_phone emergency leaves_area approval_number approval_refused",
        "id state approved_on approved_by approved_in valid_from valid_until requested_at requested_by moved_at ended_at",
    ),
    "hospitals.ReferralMove": ("referral text", "id at to_state by unit"),
    "hospitals.Contact": (
        "name position phone mobile email",
        "id prefecture county hospital staff named_on named_by ended_on",
    ),
    "hospitals.ContactHandOver": ("reason tasks", "id before after on by"),
    "hospitals.ExpertGroup": ("", "id area name parent position ended_on diseases"),
    "hospitals.Expert": ("name phone", "id group hospital department title heads staff since ended_on"),
    "hospitals.Consultation": (
        "case question condition answer",
        "id group expert remote wanted_by asked_at asked_by answered_on answered_by cancelled_on cancelled_reason",
    ),
    "hospitals.FollowUpRule": ("", "id prefecture disease months visitor document"),
    "hospitals.FollowUp": (
        "case stay done_on way finding text cancelled_reason",
        "id due_on visitor planned_at planned_by done_by cancelled_on cancelled_by",
    ),
    "settlement.PolicyArea": ("", "id name division"),
    "settlement.PolicyVersion": (
        "",
        "id area code number title document text sha256 during state based_on note made_at made_by published_at published_by",
    ),
    "settlement.SignOff": ("", "id version key document clause signed_at signed_by"),
    "settlement.PriceLimit": ("", "id area disease level during amount_yuan document made_at made_by"),
    "settlement.PlanEstimate": ("plan total_yuan in_policy_yuan limit_yuan self_pay_yuan why_not notices", "id version sample made_at"),
    "settlement.PlanEstimateLine": ("estimate applies amount_yuan", "id position layer title payer"),
    "settlement.PersonYear": ("person state differences differs", "id area year"),
    "settlement.Settlement": (
        "person_year person stay disease bill_no admitted_on discharged_on referral_number inputs year_before total_yuan in_policy_yuan"
        " limit_yuan drugs_in_yuan drugs_out_yuan self_pay_yuan self_pay_in_policy_yuan notices",
        "id hospital county version sample settled_at settled_by stands",
    ),
    "settlement.SettlementLine": ("base_yuan amount_yuan applies", "id settlement position layer title payer"),
    "settlement.Reversal": ("reason", "id settlement reversed_at reversed_by"),
    "settlement.Client": ("secret addresses", "id code name staff secret_since expires_on is_active last_used_on made_at made_by"),
    "settlement.ClientNonce": ("", "id client nonce received_at"),
    "settlement.RequestKey": ("", "id scope key body_hash settlement reversal at"),
    "settlement.Statement": (
        "",
        "id payer county hospital month state rows_hash sample prepared_at prepared_by changed_at paid_on voucher",
    ),
    "settlement.StatementEntry": (
        "patient id_mask bill_no admitted_on discharged_on amount_yuan",
        "id statement line kind position number layer title sample carried_from standing dispute",
    ),
    "settlement.StatementEvent": ("reason", "id statement move at by by_name unit"),
    "settlement.Dispute": (
        "patient id_mask set_aside_yuan reason outcome_reason",
        "id statement number titles opened_at opened_by outcome agreed_with closed_at closed_by",
    ),
    "settlement.PaidBill": (
        "person disease bill_no admitted_on discharged_on referral_number total_yuan in_policy_yuan limit_yuan paid self_pay_yuan",
        "id county hospital imported_at imported_by",
    ),
    "settlement.CheckFinding": (
        "person entitled_yuan paid_yuan difference_yuan reason",
        "id county bill settlement finding layer title position sample checked_at",
    ),
    "reports.DueRule": (
        "",
        (
            "id prefecture form frequency sender receiver day hour months_after first_period last_period first_months first_deadline_on"
            " document"
        ),
    ),
    "reports.Due": ("", "id county form covers_from period cut_off_on ruled_on deadline_at extended_until"),
    "reports.Heartbeat": ("", "name beat_at"),
    "reports.Submission": (
        "payload checks nil_reason",
        "id due revision state draft_number cut_off_on built_at figures changes rows_hash previous_hash prepared_at prepared_by is_nil"
        " submitted_at submitted_by alone received_at",
    ),
    "reports.ReturnEvent": ("reason", "id due submission what before after at by"),
    "reports.CellRemark": ("was text answer", "id submission place label by at answered_by answered_at"),
    "reports.Extension": ("reason answer", "id due asked_at asked_by until_on state answered_at answered_by granted_on"),
    "reports.OnePersonCounty": ("reason", "id county since until allowed_by allowed_at"),
    "reports.Unlock": ("reason answer", "id submission asked_at asked_by state answered_at answered_by"),
    "reports.WorkbookStamp": ("cells", "id submission renderer file_hash cells_hash size stamped_at"),
    "reports.CheckAnswer": ("text", "id due code finding by at"),
    "reports.CheckRule": ("", "id prefecture title left relation factor right severity advice document since until"),
    "reports.PastDay": ("", "id county on content digests"),
    "reports.ProgressGoal": ("", "id prefecture by_day share title document"),
    "reports.Reminder": ("", "id due staff kind round made_at made_by opened_at mailed_at"),
    "reports.MailAddress": ("address", "id staff"),
    "reports.Job": (
        "",
        "id kind title terms prefecture asked_by asked_at state doing done total run beat_at said finished_at file_name file_hash size",
    ),
    "reports.JobPart": ("result", "id job county done_at"),
}

CLASSES = {
    f"{model}.{field}": of
    for model, columns in _BY_MODEL.items()
    for of, names in zip(("personal", "plain"), columns, strict=True)
    for field in names.split()
}
