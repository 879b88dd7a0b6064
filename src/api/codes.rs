//! The one table of codes: status, title and detail in both languages.

use actix_web::http::StatusCode;
use serde_json::Value;

use super::{language::Language, readiness_words};
use crate::domain::fault::Code;

macro_rules! table {
    ($($code:ident $status:ident $zh:literal $en:literal;)*) => {
        /// The status code that the contract promises for a code. The codes of single fields stand for 422.
        #[must_use]
        pub const fn status(code: Code) -> StatusCode {
            match code {
                $(Code::$code => StatusCode::$status,)*
            }
        }

        const fn template(code: Code, language: Language) -> &'static str {
            match (code, language) {
                $((Code::$code, Language::Chinese) => $zh,
                (Code::$code, Language::English) => $en,)*
            }
        }
    };
}

// A text is `title` or `title|detail`; `{name}` is replaced by the figure of that name.
table! {
    WindowClosed CONFLICT "不在规定的时间窗口内|“{window}”窗口自 {opens_at} 至 {closes_at} 开放" "The window is not open|The window {window} is open from {opens_at} to {closes_at}";
    MaterialsIncomplete CONFLICT "材料不齐全" "The materials are incomplete";
    ChecklistIncomplete CONFLICT "审核清单未全部确认" "The checklist is not complete";
    VerificationMissing CONFLICT "缺少核实属实的事迹核实记录|至少 {required} 份，现有 {actual} 份" "The verification file lacks confirming records|{actual} of at least {required}";
    VerificationUnanswered CONFLICT "有核实不属实的记录未在意见中答复|请在意见中说明，并在 answered_verifications 中列出这些记录" "A refuting record is not answered|Answer it in the opinion, and name it in answered_verifications";
    ConsentMissing CONFLICT "缺少公示与上报同意书" "The consent to publication and forwarding is missing";
    OwnNomination CONFLICT "不能审核自己推荐的候选人" "Nobody reviews their own nomination";
    DecidedBefore CONFLICT "同一候选人不能由同一人审核两个环节" "Nobody decides two stages of one candidate";
    OwnQuarantine CONFLICT "不能由提出隔离的人自己作出处理决定" "Nobody decides a quarantine that they opened";
    StageStaffed CONFLICT "本环节应由该单位的审核员办理" "The stage has reviewers of its own";
    QuotaExceeded CONFLICT "本区本期名额已用完|名额 {limit} 个，已用 {used} 个" "The district's places are used up|{used} of {limit} places are used";
    NextStageDecided CONFLICT "下一环节已作出决定" "The next stage has decided";
    NothingChanged CONFLICT "退回后材料没有任何修改，也没有说明" "Nothing has changed since the return, and no answer was given";
    WindowStillOpen CONFLICT "下一环节的窗口尚未结束，无需转入下期" "The window of the next step is still open";
    AlreadyPublished CONFLICT "本期榜单已经发布" "The list is already published";
    BatchEmpty CONFLICT "没有可上报的候选人" "There is nobody to forward";
    OtherNominationStands CONFLICT "该候选人还有其他推荐" "Another nomination of the candidate stands";
    HasVotes CONFLICT "已有投票，不能合并或撤销合并" "Votes were cast, so nothing is merged or taken apart any more";
    SurvivorUnfit CONFLICT "要并入的候选人当前状态不允许合并|要并入的候选人状态为“{status}”，只能并入已推荐、已核实或已退回的候选人" "Nobody is merged into a candidate of this status|The candidate to merge into is {status}; it has to be nominated, verified or returned";
    SurvivorMerged CONFLICT "对方已并入另一候选人|对方已并入候选人 {merged_into}，请改为并入该候选人，或先撤销那次合并" "The other candidate is merged itself|It was merged into {merged_into}; merge into that one, or undo that merger first";
    TransitionNotAllowed CONFLICT "当前状态不允许此操作" "The status does not allow this";
    RootExists CONFLICT "市级单位已经存在" "There is a root already";
    OrganizationInUse CONFLICT "该单位正在使用中" "The organization is in use";
    LastAdministrator CONFLICT "至少要保留一名可登录的管理员" "At least one administrator must be left";
    AlreadyExists CONFLICT "已经存在" "It exists already";
    PolicyFrozen CONFLICT "规则已冻结，修改须说明理由" "The policy is frozen";
    ContradictsRecords CONFLICT "修改与已有记录相矛盾" "The change contradicts what was done";
    PhotoLimit CONFLICT "照片数量已满|最多 {limit} 张" "There are as many photos as allowed|At most {limit}";
    AttachmentLimit CONFLICT "附件数量已满|最多 {limit} 份" "There are as many attachments as allowed|At most {limit}";
    WebhookLimit CONFLICT "webhook 数量已达上限|每个账号最多 {limit} 个" "The account has as many webhooks as it may have|At most {limit}";
    WebhookPaused CONFLICT "该 webhook 已暂停，请先恢复" "The webhook is paused; resume it first";
    EventGone CONFLICT "该事件已不再保留" "The event is no more kept";
    VotingClosed CONFLICT "现在不在投票时间" "Voting is not open";
    VotingElsewhere CONFLICT "本期投票在全国网站进行|请到 {voting_url} 投票" "The vote is held elsewhere|Vote at {voting_url}";
    VotingHere CONFLICT "本期投票在本平台进行，不接收省级门户的结果" "The vote of this cycle is held here; the portal delivers no results of it";
    LogClosed CONFLICT "本期投票日志已封存，不再增加记录" "The log of the votes is closed";
    CategoryLimitReached CONFLICT "本类别投票数已达上限|最多 {limit} 位，已投 {used} 位" "The limit of the category is reached|{used} of {limit} are used";
    VoteLimitReached CONFLICT "本期投票总数已达上限|最多 {limit} 位，已投 {used} 位" "The limit of votes is reached|{used} of {limit} are used";
    VoterNotEligible CONFLICT "按本期规则您不能投票|可以投票的是：{voters}" "The policy of this cycle lets others vote|Those who may vote: {voters}";
    TieAtCut CONFLICT "末位票数相同，须说明取舍" "A tie across the cut must be broken";
    VotesUndecided CONFLICT "有待处理的可疑选票" "Votes in quarantine are undecided";
    NothingToHold CONFLICT "没有可以隔离的选票|{already_held} 张选票已被隔离或已作废" "There are no votes to hold|{already_held} are held or invalid already";
    ObjectionsUndecided CONFLICT "有尚未处理的异议" "Objections are undecided";
    ResultsMissing CONFLICT "省级门户尚未交付结果" "The portal has not delivered the results";
    PackageNotReady CONFLICT "上报材料正在打包，请稍后再试" "The package is still being built; try again later";
    PackageFailed CONFLICT "上报材料打包失败|原因：{reason}" "The package could not be built|Reason: {reason}";
    ObjectionsClosed CONFLICT "现在不在异议受理期内" "Objections are not taken now";
    HonoreeMerged CONFLICT "该好人已并入另一位好人|已并入好人 {merged_into}，请改为对其操作，或先撤销那次合并" "The honoree was merged into another|It was merged into {merged_into}; act on that one, or undo that merger first";
    NotInPool CONFLICT "该好人不在道德模范储备库中" "The honoree is not in the pool of moral models";
    OwnRecommendation CONFLICT "不能审核自己提出的推荐" "Nobody reviews a recommendation that they put forward";
    AlreadyDecided CONFLICT "已经处理过" "It was decided before";
    CertificateRevoked GONE "该荣誉已被撤销，证书不再提供" "The honour was revoked; its certificate is not given out any more";
    CertificateWithheld GONE "该上榜好人的姓名已按其意愿隐去，证书不再提供" "The name is withheld, and the certificate with it";
    CertificateIssuedElsewhere CONFLICT "该证书由全国网站颁发，本平台只登记、不打印" "The certificate is issued by the national site; here it is recorded, not printed";
    CertificateIssuedHere CONFLICT "该证书由本平台颁发，无需登记外部证书" "The certificate is issued here; no other is recorded";
    CharacterMissing CONFLICT "字库缺字，证书无法生成|缺少 {character}；请管理员在 HAOREN_FONT_DIR 中补充字体" "No font has a character of the certificate|{character} is missing; the operator adds a font to HAOREN_FONT_DIR";
    ExportOvertaken CONFLICT "导出后有荣誉被撤销、姓名被隐去或证书换发，请重新导出" "An honour was revoked, a name withheld or a certificate reissued since; export again";
    CertificateLost INTERNAL_SERVER_ERROR "已颁发的证书文件丢失，请管理员从备份恢复" "The file of the issued certificate is lost; the operator brings it back from the backup";
    HonourRevoked CONFLICT "该荣誉已被撤销，证书不能换发" "The honour was revoked; its certificate is not reissued";
    HonourWithheld CONFLICT "该上榜好人的姓名已按其意愿隐去，证书不能换发" "The name is withheld; its certificate is not reissued";
    CertificateNotIssued CONFLICT "该证书尚未颁发，无须换发；首次下载时即按现有信息生成" "The certificate was not issued yet; its first download draws it from what is known then";
    CertificateUnchanged CONFLICT "按现有信息重新生成的证书与已颁发的完全相同，无须换发" "What would be drawn now is what was issued; there is nothing to reissue";
    DelegationOverlaps CONFLICT "这段时间已有其他代理安排" "The delegator has another delegation on some of these days";
    AnotherPersonNeeded CONFLICT "须由另一人办理，不能由同一人经手" "Another person has to do this than the one who did the step before";
    NoHonourStands CONFLICT "该上榜好人已没有有效荣誉" "None of the honoree's honours stands";
    AlreadyLost CONFLICT "该上榜好人已登记为失联" "It is known already that the honoree cannot be found";
    RequestInProgress CONFLICT "相同的请求正在处理" "The same request is still running";
    Required UNPROCESSABLE_ENTITY "必填" "It is required";
    UnknownMember UNPROCESSABLE_ENTITY "未知的字段" "The member is unknown";
    DuplicateMember UNPROCESSABLE_ENTITY "字段重复" "The member occurs twice";
    WrongType UNPROCESSABLE_ENTITY "类型不对|应为 {expected}" "The type is wrong|Expected {expected}";
    TooShort UNPROCESSABLE_ENTITY "内容为空或太短" "It is empty or too short";
    TooLong UNPROCESSABLE_ENTITY "内容太长|最多 {limit} 个字符" "It is too long|At most {limit} characters";
    TooSmall UNPROCESSABLE_ENTITY "数值太小" "The number is too small";
    TooLarge UNPROCESSABLE_ENTITY "数值太大" "The number is too large";
    TooFew UNPROCESSABLE_ENTITY "项目太少" "There are too few items";
    TooMany UNPROCESSABLE_ENTITY "项目太多" "There are too many items";
    Duplicate UNPROCESSABLE_ENTITY "重复" "It occurs twice";
    UnknownValue UNPROCESSABLE_ENTITY "不是允许的值" "The value is none of those allowed";
    Malformed UNPROCESSABLE_ENTITY "格式不对" "The form is wrong";
    ForbiddenCharacter UNPROCESSABLE_ENTITY "含有不允许的字符" "It has a character that is not allowed";
    AddressNotAllowed UNPROCESSABLE_ENTITY "不向该地址发送|只发送到公共互联网的 https 地址（{reason}）" "Nothing is sent to this address|Only to https addresses of the public Internet ({reason})";
    WeakPassword UNPROCESSABLE_ENTITY "密码太容易被猜到" "The password is easily guessed";
    UnknownReference UNPROCESSABLE_ENTITY "引用的对象不存在或不可用" "What it refers to does not exist or cannot be used";
    Inconsistent UNPROCESSABLE_ENTITY "与其他内容不一致" "It does not go together with the rest";
    NoLongerForwarded UNPROCESSABLE_ENTITY "候选人已不再处于上报状态" "The candidate does not stand forwarded any more";
    PhotoTooLarge UNPROCESSABLE_ENTITY "照片文件太大|存储上限 {limit} 字节，实际 {actual} 字节；可加参数 fit=true 自动压缩" "The photo is too large|{actual} of {limit} bytes; send it with fit=true to have it scaled";
    PhotoTooSmall UNPROCESSABLE_ENTITY "照片尺寸太小" "The photo is too small";
    PhotoUnreadable UNPROCESSABLE_ENTITY "不是可以读取的照片|不能直接收取 {format} 文件，请改用 {hint}" "It is no readable picture|{format} files are not taken as they are; use {hint}";
    AttachmentUnreadable UNPROCESSABLE_ENTITY "不是可以读取的 PDF、JPEG 或 PNG 文件" "It is no readable PDF, JPEG or PNG file";
    FormulaNotAllowed UNPROCESSABLE_ENTITY "单元格不能是公式，请粘贴为数值" "The cell must not be a formula; paste its value";
    MergedCells UNPROCESSABLE_ENTITY "数据行不能有合并的单元格，请取消合并" "A row of data must not have merged cells";
    SheetUnreadable UNPROCESSABLE_ENTITY "不是可以读取的 XLSX 或 CSV 表格|无法读取（{reason}），请另存为 .xlsx 或 UTF-8 的 .csv" "It is no readable XLSX or CSV table|It cannot be read ({reason}); save it as .xlsx, or .csv in UTF-8";
    SheetTooLarge UNPROCESSABLE_ENTITY "表格展开后太大|上限 {limit}" "The table is too large when unpacked|At most {limit}";
    HeaderMissing UNPROCESSABLE_ENTITY "没有找到表头，请使用模板" "No header was found; use the template";
    ValidationFailed UNPROCESSABLE_ENTITY "提交的内容有误|请按 errors 逐项修改" "The input is not valid|See errors for every failure";
    MalformedJson BAD_REQUEST "请求不是合法的 JSON" "The body is not JSON";
    InvalidQuery BAD_REQUEST "查询参数有误" "A parameter of the query is wrong";
    InvalidCursor BAD_REQUEST "游标与查询不符" "The cursor does not belong to this query";
    InvalidHeader BAD_REQUEST "请求头有误" "A header is malformed";
    InvalidMultipart BAD_REQUEST "上传的表单无法读取" "The multipart body cannot be read";
    Unauthenticated UNAUTHORIZED "请先登录" "Sign in first";
    InvalidCredentials UNAUTHORIZED "用户名或密码不对" "The user name or password is wrong";
    InvalidRefreshToken UNAUTHORIZED "登录已失效，请重新登录" "The refresh token is not valid";
    Forbidden FORBIDDEN "您的角色不能进行此操作" "Your role does not allow this";
    DelegationNotInForce FORBIDDEN "代理关系不存在或现在无效" "There is no such delegation, or it is not in force now";
    ActingNotPossible BAD_REQUEST "此操作只能以本人名义办理，不能代理" "Nobody acts for somebody else in this operation";
    ResultsNotPublic FORBIDDEN "投票结果现在不公开" "The results are not public now";
    NotFound NOT_FOUND "没有找到" "There is no such thing";
    MethodNotAllowed METHOD_NOT_ALLOWED "此路径不支持该方法" "The path does not know the method";
    BeyondHead NOT_FOUND "已签名的日志尚未到此|已签名 {size} 条，请稍后再试" "The signed log does not reach so far|{size} entries are signed; try again later";
    EventsExpired GONE "其后的事件已不再保留|请重新读取数据，再从现在开始接收" "What followed that event is no more there|Read the resources anew, and begin from now on";
    RangeNotSatisfiable RANGE_NOT_SATISFIABLE "请求的范围超出文件末尾|文件共 {size} 字节" "The part that is asked for lies behind the end|The file has {size} bytes";
    PreconditionFailed PRECONDITION_FAILED "内容已被他人修改，请刷新后再试" "It was changed meanwhile; read it again";
    PreconditionRequired PRECONDITION_REQUIRED "缺少 If-Match 请求头" "The header If-Match is missing";
    PayloadTooLarge PAYLOAD_TOO_LARGE "请求内容太大|上限 {limit} 字节" "The body is too large|At most {limit} bytes";
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "不支持的内容类型" "The content type is not supported";
    IdempotencyKeyReused UNPROCESSABLE_ENTITY "该幂等键已用于另一个请求" "The idempotency key was used for another request";
    AccountLocked TOO_MANY_REQUESTS "登录失败次数过多，账号暂时锁定" "The account is locked for a while";
    RateLimited TOO_MANY_REQUESTS "请求太频繁，请稍后再试" "Too many requests";
    RequestTimeout REQUEST_TIMEOUT "请求内容未能及时送达" "The body did not arrive in time";
    OperationInterrupted SERVICE_UNAVAILABLE "处理被中断，没有保留任何结果，请重新提交" "The work was broken off and nothing of it was kept; send it again";
    Unavailable SERVICE_UNAVAILABLE "服务繁忙，请稍后再试" "The service is busy; try again";
    Internal INTERNAL_SERVER_ERROR "服务器内部错误" "A fault of the server";
}

/// The Chinese title.
#[must_use]
pub fn title_zh(code: Code) -> &'static str {
    title(code, Language::Chinese)
}

/// The English title.
#[must_use]
pub fn title_en(code: Code) -> &'static str {
    title(code, Language::English)
}

fn title(code: Code, language: Language) -> &'static str {
    let text = template(code, language);
    text.split_once('|').map_or(text, |(title, _)| title)
}

/// The detail, with the figures that it names; what is missing of a file in the words of the readiness report. Where one is lacking, the title stands in.
#[must_use]
pub fn detail(code: Code, figures: &[(&'static str, Value)], language: Language) -> String {
    if let Some(said) = readiness_words::of_refusal(code, figures, language) {
        return said;
    }
    let text = template(code, language);
    let Some((title, detail)) = text.split_once('|') else { return text.to_owned() };
    let mut filled = detail.to_owned();
    for (name, value) in figures {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("{{{name}}}"), &shown);
    }
    if filled.contains('{') { title.to_owned() } else { filled }
}

/// Seconds to wait where a refusal says nothing of its own.
#[must_use]
pub fn default_retry_after(code: Code) -> Option<i64> {
    matches!(status(code), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
        .then_some(1)
        .or((code == Code::RequestInProgress).then_some(1))
}
