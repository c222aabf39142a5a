"""The trail in an auditor's words: what an action is called, what it was done to, and what its detail says."""

from ledger.data_change_list import kind_words
from ledger.models import AuditEvent, Role

ACTIONS = {
    # The door
    "signed_in": "登录",
    "signed_out": "退出",
    "sign_in_failed": "登录失败",
    "account_locked": "账号锁定",
    "password_changed": "修改自己的密码",
    # Reading
    "viewed_person": "查看患者",
    "opened_for_edit": "打开资料修改",
    "revealed": "查看全号",
    "held_elsewhere": "查到证号在外县",
    "viewed_list": "查看名单",
    "exported": "下载报表",
    "compared_file": "核对寄回的报表",
    "reminded": "提醒上报",
    "mail_address_kept": "设定提醒邮箱",
    "job_asked": "申请生成大文件",
    "job_cancelled": "取消生成大文件",
    "viewed_trail": "查看操作记录",
    "columns_chosen": "选择列表的列",
    "filter_kept": "保存常用筛选",
    "filter_dropped": "去掉常用筛选",
    # People
    "person_registered": "登记患者",
    "person_corrected": "修改资料",
    "moved_house": "搬家",
    "id_number_corrected": "改正身份证号",
    "transfer_asked": "申请转入",
    "transfer_accepted": "同意转入",
    "transfer_refused": "不同意转入",
    "transfer_withdrawn": "撤回转入申请",
    "transfer_lapsed": "转入申请失效",
    "proof_added": "上传证明材料",
    "proof_withdrawn": "作废证明材料",
    "viewed_proof": "打开证明材料",
    "proof_damaged": "证明材料和上传时不同",
    "people_merged": "合并重复资料",
    "merged_away": "并入另一份资料",
    "merge_undone": "撤销合并",
    "category_held": "登记类别",
    "category_verified": "核实类别",
    "category_ended": "终止类别",
    "out_of_poverty": "登记脱贫",
    "enrolled": "登记参保",
    "card_given": "发放明白卡",
    # Lists of people
    "people_previewed": "预览导入名单",
    "people_imported": "导入名单",
    "people_dropped": "放弃导入名单",
    "people_stopped": "取消处理名单",
    # Cases
    "case_found": "发现病例",
    "case_registered": "登记病例",
    "case_register": "登记建档",
    "case_return": "退回补正",
    "case_resubmit": "补正后再报",
    "case_verify": "核实病例",
    "age_confirmed": "确认年龄",
    "case_arrange": "安排定点医院",
    "case_rearrange": "另选定点医院",
    "inability_said": "说明不具备诊疗条件",
    "inability_answered": "答复不具备诊疗条件",
    "pathway_told": "登记临床路径执行",
    "case_plan": "定诊疗方案",
    "plan_written": "填写诊疗方案",
    "plan_filed": "上报诊疗方案",
    "plan_withdrawn": "撤回诊疗方案",
    "plan_returned": "退回诊疗方案",
    "plan_accepted": "同意诊疗方案",
    "plan_cancelled": "作废诊疗方案",
    "plan_signed": "上传签字盖章的方案",
    "phrase_kept": "保存方案常用语",
    "phrase_dropped": "去掉方案常用语",
    "case_admit": "登记入院",
    "discharged": "登记出院",
    "consult_asked": "申请会诊",
    "consult_answered": "登记会诊意见",
    "consult_cancelled": "取消会诊",
    "referral_request": "申请转诊",
    "referral_accept": "接收转诊",
    "referral_refuse": "不接收转诊",
    "referral_depart": "登记转诊出发",
    "referral_arrive": "登记转诊到院",
    "referral_finish": "办结转诊",
    "referral_cancel": "取消转诊",
    "referral_approve": "批准转往统筹区外",
    "referral_disapprove": "不批准转往统筹区外",
    "deferral_recorded": "办理先诊疗后付费",
    "deferral_changed": "更正先诊疗后付费",
    "deposit_taken": "登记违规押金",
    "deposit_refunded": "登记退还押金",
    "deposit_verified": "核实退还押金",
    "deposit_sent_back": "退回押金整改",
    "deposit_withdrawn": "撤销押金登记",
    "owed_recorded": "登记出院欠费",
    "owed_changed": "更正出院欠费",
    "repayment_agreed": "签还款协议",
    "repaid": "登记还款",
    "repaid_withdrawn": "撤销还款",
    "visit_planned": "安排随访",
    "visit_made": "登记随访",
    "visit_cancelled": "取消随访",
    "case_complete": "登记完成治疗",
    "case_withdraw": "撤销完成治疗",
    "case_close": "销号",
    "case_reopen": "恢复病例",
    "case_assigned": "分派经办人",
    "case_handed_over": "交接病例",
    "work_handed_over": "交接工作",
    "contact_named": "填报联系人",
    "contact_corrected": "更正联系人",
    "contact_handed_over": "联系人交接",
    # Policies and settlement
    "policy_loaded": "装入政策",
    "policy_drafted": "建立政策草稿",
    "policy_changed": "修改政策草稿",
    "policy_discarded": "放弃政策草稿",
    "policy_published": "发布政策",
    "number_signed": "签认示范参数",
    "price_limit_added": "添加单病种限额",
    "price_limit_ended": "终止单病种限额",
    "price_limit_removed": "删除单病种限额",
    "hospital_level_set": "登记医院级别",
    "benefit_queried": "查询待遇",
    "benefit_unknown": "查询待遇（查无此人）",
    "viewed_settlement": "查看结算",
    "settled": "结算",
    "settlement_reversed": "冲销结算",
    "printed": "打印",
    "bills_imported": "导入账单",
    # Hospital systems at the interface
    "client_opened": "新建接口客户端",
    "client_changed": "修改接口客户端",
    "client_switched": "停用或启用接口客户端",
    "client_rotated": "更换接口密钥",
    "client_refused": "拒绝接口请求",
    # Statements and the entitlement check
    "statement_prepare": "生成对账单",
    "statement_confirm": "医院确认对账单",
    "statement_recall": "医院撤回确认",
    "statement_return": "对账单退回医院",
    "statement_accept": "支付方确认对账单",
    "statement_reopen": "支付方撤回确认",
    "statement_pay": "登记支付",
    "dispute_opened": "提出争议",
    "dispute_put_back": "争议款放回本期",
    "dispute_accepted": "争议款转下期",
    "dispute_refused": "争议款商定不付",
    "paid_bills_imported": "导入已付账单",
    "paid_bill_removed": "删除已付账单",
    "entitlement_checked": "核对应享待遇",
    # Reports
    "draft_built": "生成月报草稿",
    "submitted": "上报",
    "return_redrafted": "台账变动，月报回到草稿",
    "return_check": "月报核对完毕",
    "return_send_back": "月报退回经办人",
    "return_receive": "接收月报",
    "return_return": "退回月报",
    "return_check_answered": "说明月报核对情况",
    "return_remark_answered": "答复月报意见",
    "return_correction_begun": "开始更正月报",
    "return_accept": "月报审核通过",
    "return_lock": "锁定月报",
    "return_unlock_asked": "申请解锁月报",
    "return_unlock": "解锁月报",
    "return_unlock_refused": "不同意解锁月报",
    "return_unlock_withdrawn": "撤回解锁申请",
    "return_extension_asked": "申请展期",
    "return_extension_granted": "同意展期",
    "return_extension_refused": "不同意展期",
    "return_extension_withdrawn": "撤回展期申请",
    "return_alone_allowed": "同意一人办理月报",
    "return_alone_ended": "终止一人办理月报",
    # Data kept by staff
    "division_added": "添加乡镇或村",
    "division_ended": "停用乡镇或村",
    "division_renamed": "乡镇或村改名",
    "division_resumed": "恢复乡镇或村",
    "divisions_imported": "导入乡镇与村",
    "data_changed": "修改资料库",
    "deadline_moved": "截止时间移动",
    # Accounts and rules
    "account_opened": "新建账号",
    "password_reset": "重设密码",
    "account_switched": "停用或启用账号",
    "admin_added": "后台添加",
    "admin_changed": "后台修改",
    # The whole ledger
    "backup_made": "备份台账",
    "backup_restored": "从备份恢复台账",
}
SUBJECTS = {
    "person": "患者",
    "case": "病例",
    "upload": "导入名单",
    "staff": "账号",
    "division": "区划",
    "unitname": "单位名称",
    "submission": "月报",
    "due": "应报",
    "onepersoncounty": "一人办理",
    "duerule": "应报规则",
    "policyversion": "政策版本",
    "pricelimit": "单病种限额",
    "hospital": "医院",
    "settlement": "结算",
    "statement": "对账单",
    "dispute": "争议款",
    "paidbill": "已付账单",
    "client": "接口客户端",
    "datachange": "资料变更",
    "transfer": "转入申请",
    "contact": "联系人",
    "contacthandover": "联系人交接清单",
}
# What may be told of a detail, and how. Names, addresses and hashes stay where they are.
TOLD = {
    "username": "用户名 {}",
    "what": "{}",
    "role": "{}",
    "area": "{}",
    "form": "{}",
    "period": "{} 期",
    "on": "截至 {}",
    "was_due": "原截止 {}",
    "now_due": "改为 {}",
    "counties": "{} 个县（区）",
    "draft": "第 {} 稿",
    "row": "{}",
    "people": "{} 人",
    "cases": "{} 例",
    "successor": "交给 {}",
    "code": "{}",
    "new": "新增 {}",
    "changed": "变更 {}",
    "confirmed": "确认存疑 {}",
    "filters": "条件 {}",
    "bill": "账单 {}",
    "statement": "对账单 {}",
    "bills": "{} 张账单",
    "client": "接口客户端 {}",
    "refused": "原因 {}",
    "purpose": "用途 {}",
    "data": "{}",
    "document": "依据 {}",
    "gone": "并入的是患者 {}",
    "kept": "保留的是患者 {}",
    "other": "另一份是患者 {}",
    "reason": "原因 {}",
}
# Why a hospital system was turned away at the interface: its codes in an auditor's words.
REFUSALS = {
    "signature_refused": "签名不对",
    "clock_differs": "时间相差太多",
    "nonce_used": "随机数用过",
    "client_off": "客户端已停用",
    "client_expired": "客户端已过期",
    "account_off": "联络员或医院已停用",
    "address_not_listed": "来源地址没有登记",
}
FIELDS = {"id_number": "身份证号", "phone": "联系电话", "contact_phone": "联系人电话", "village_doctor_phone": "乡村医生电话"}


def action_words(action: str) -> str:
    return ACTIONS.get(action, action)


def role_words(role: str) -> str:
    return dict(Role.choices).get(role, "—")


def subject_words(event: AuditEvent) -> str:
    """病例 12: what kind of thing and its number, never its name."""
    if not event.subject_type:
        return "—"
    return f"{SUBJECTS.get(event.subject_type, event.subject_type)} {event.subject_id}"


def detail_words(event: AuditEvent) -> str:
    """The detail in short, without anything personal."""
    detail, parts = event.detail, []
    if "field" in detail:
        parts.append(FIELDS.get(detail["field"], ""))
    if "changes" in detail:
        parts.append("、".join(change[0] for change in detail["changes"]))
    if "fields" in detail:
        parts.append("、".join(detail["fields"]))
    if "active" in detail:
        parts.append("启用" if detail["active"] else "停用")
    if detail.get("from") != detail.get("to", detail.get("from")):
        parts.append(f"{detail['from']} → {detail['to']}")  # The counties' codes.
    if event.action == "data_changed":
        parts.append(kind_words(detail.get("kind", "")))
    for key, pattern in TOLD.items():
        value = detail.get(key)
        if value in (None, "", []):
            continue
        if key == "role":
            value = role_words(value)
        if key == "refused":
            value = REFUSALS.get(value, value)
        parts.append(pattern.format("、".join(map(str, value)) if isinstance(value, list) else value))
    return "，".join(part for part in parts if part) or "—"
