//! What has come in and waits to be dealt with: channels in use, and leads that came through them.

use super::{
    cast::Cast,
    error::{DemoError, During as _},
    guide,
};
use crate::{
    domain::{candidate::Channel, channel::ChannelFields, id::ChannelId, recommendation::Reach},
    service::{
        Caller, Service, channels,
        leads::receive::{self, LeadInput},
    },
};

/// A channel of the city: kind, name, outlet, number.
const CHANNELS: &[(Channel, &str, Option<&str>, Option<&str>)] = &[
    (Channel::Online, "身边好人推荐网页", None, None),
    (Channel::Media, "身边好人专栏", Some("长江日报"), Some("027-85770000")),
    (Channel::Phone, "好人推荐热线", None, Some("027-12345")),
    (Channel::Letter, "市文明办好人推荐信箱", None, None),
];

/// What was said, by whom: the first came over the web, the others were typed in for callers.
const LEADS: &[(Channel, &str, &str, &str)] = &[
    (Channel::Online, "罗秀英，江岸区，孝，照顾瘫痪婆婆十九年，天天擦身喂饭。", "彭小姐", "13900003301"),
    (
        Channel::Phone,
        "姓名：柯长顺 地址：武昌区 类别：见义勇为 事迹：下班路上冲进起火的楼道背出两位老人。",
        "段先生",
        "13900003302",
    ),
    (
        Channel::Media,
        "有读者来信说，武广附近有位修鞋的师傅，二十多年给环卫工人修鞋从不收钱，盼能找到他。",
        "读者吴先生",
        "13900003303",
    ),
];

/// Opens the channels of the city and lets the leads come in. They are nobody's yet, so the city has them.
pub async fn open(service: &Service, cast: &Cast) -> Result<(), DemoError> {
    let city = cast.caller(service, guide::CITY).await?;
    let mut opened: Vec<(Channel, ChannelId)> = Vec::new();
    for (kind, name, outlet, phone) in CHANNELS {
        let fields = ChannelFields {
            name: Some((*name).to_owned()),
            outlet: Some(outlet.map(str::to_owned)),
            phones: Some(phone.iter().map(|phone| (*phone).to_owned()).collect()),
            ..ChannelFields::default()
        };
        let made = channels::create_channel(service, &city, (*kind, fields), None).await;
        opened.push((*kind, made.during(|| format!("open the channel {name}"))?.id));
    }
    for (channel, text, name, phone) in LEADS {
        let input = LeadInput {
            channel: *channel,
            channel_id: opened.iter().find(|(kind, _)| kind == channel).map(|(_, id)| *id),
            text: (*text).to_owned(),
            reporter: Some(Reach {
                name: Some((*name).to_owned()),
                phone: Some((*phone).to_owned()),
                relationship: None,
            }),
            organization_id: None,
        };
        let caller = if *channel == Channel::Online { Caller::default() } else { city.clone() };
        let sent = receive::receive_lead(service, &caller, input, None).await;
        sent.map(|_| ()).during(|| format!("take the lead of {name}"))?;
    }
    Ok(())
}
