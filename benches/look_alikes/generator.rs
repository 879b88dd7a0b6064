//! Deeds, names and edited copies that are as unlike each other as real ones are.
//!
//! Putting sentences of existing deeds together anew would not do: two such deeds have whole sentences in common, and every
//! one would find a thousand false friends. Here each character follows the one before it (one time in two, the two before
//! it) as somewhere in the demo's stories, and a clause in twenty is one of the set phrases that such texts are full of.
//! Two generated deeds share 1 % of their 3-grams; two of the demo's stories, which are written by hand, 0.4 %: the
//! generator is the harder case. `strangers` in the report says what it came to.

use serde_json::Value;

const STORIES: [&str; 5] = [
    include_str!("../../src/cli/demo/stories/helping_others.json"),
    include_str!("../../src/cli/demo/stories/bravery.json"),
    include_str!("../../src/cli/demo/stories/integrity.json"),
    include_str!("../../src/cli/demo/stories/dedication.json"),
    include_str!("../../src/cli/demo/stories/filial_piety.json"),
];

/// What many deeds say in the same words.
const SET_PHRASES: [&str; 16] = [
    "多年来，",
    "几十年如一日，",
    "得到了居民群众的一致好评。",
    "他用实际行动诠释了什么是责任与担当。",
    "她用自己的行动温暖着身边的每一个人。",
    "受到了领导和同事的充分肯定。",
    "在平凡的岗位上做出了不平凡的业绩。",
    "积极参加社区组织的各项志愿服务活动，",
    "只要群众有需要，他总是第一个赶到现场。",
    "弘扬了社会正能量，",
    "是大家学习的榜样。",
    "先后多次被评为先进工作者，",
    "全心全意为人民服务，",
    "从不计较个人得失，",
    "赢得了邻里的尊重和赞誉。",
    "把群众的事当作自己的事，",
];

const SURNAMES: &str = "王王王王李李李李张张张刘刘刘陈陈陈杨杨黄黄赵赵吴吴周周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const GIVEN: &str = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉力华建国红玉萍鑫梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉桦叶璧璐娅琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思家俊浩志海山仁波义";

/// A small generator of numbers: the same seed, the same benchmark.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// What follows what in the demo's stories.
pub struct Language {
    all: Vec<char>,
    /// After one character, in the order of characters.
    after_one: Vec<(char, Vec<char>)>,
    /// After two.
    after_two: Vec<((char, char), Vec<char>)>,
    names: (Vec<char>, Vec<char>),
}

impl Language {
    pub fn read() -> Self {
        let deeds: Vec<Vec<char>> =
            stories().iter().map(|deed| deed.chars().filter(|c| *c != '\n').collect()).collect();
        let ones = deeds.iter().flat_map(|deed| deed.windows(2).map(|pair| (pair[0], pair[1])));
        let twos = deeds.iter().flat_map(|deed| deed.windows(3).map(|three| ((three[0], three[1]), three[2])));
        Self {
            all: deeds.iter().flatten().copied().collect(),
            after_one: grouped(ones.collect()),
            after_two: grouped(twos.collect()),
            names: (SURNAMES.chars().collect(), GIVEN.chars().collect()),
        }
    }

    /// A deed of 500 to 1,000 characters.
    pub fn deed(&self, dice: &mut Dice) -> Vec<char> {
        let length = 500 + dice.below(500);
        let mut deed = vec![dice.of(&self.all), dice.of(&self.all)];
        while deed.len() < length {
            let [.., before, last] = deed[..] else { break };
            let is_clause_end = matches!(last, '，' | '。' | '；' | '！' | '？');
            if is_clause_end && dice.below(20) == 0 {
                deed.extend(dice.of(&SET_PHRASES).chars());
                continue;
            }
            let two = if dice.below(2) == 0 { following(&self.after_two, &(before, last)) } else { None };
            let known = two.or_else(|| following(&self.after_one, &last));
            deed.push(dice.of(known.unwrap_or(&self.all)));
        }
        deed
    }

    /// A copy with so many of a thousand characters changed: half of them replaced, a quarter left out, and at a quarter
    /// of the places one added.
    pub fn edited(&self, deed: &[char], per_mille: usize, dice: &mut Dice) -> Vec<char> {
        let mut places: Vec<usize> = (0..deed.len()).collect();
        let edits = deed.len() * per_mille / 1000;
        for edit in 0..edits {
            let other = edit + dice.below(places.len() - edit);
            places.swap(edit, other);
        }
        let mut edited: Vec<Vec<char>> = deed.iter().map(|character| vec![*character]).collect();
        for place in &places[..edits] {
            let new = dice.of(&self.all);
            match dice.below(4) {
                0 => edited[*place].clear(),
                1 => edited[*place].push(new),
                _ => edited[*place] = vec![new],
            }
        }
        edited.concat()
    }

    /// A name of two or three characters, some of them as frequent as among people.
    pub fn name(&self, dice: &mut Dice) -> String {
        let mut name = vec![dice.of(&self.names.0), dice.of(&self.names.1)];
        if dice.below(5) != 0 {
            name.push(dice.of(&self.names.1));
        }
        name.into_iter().collect()
    }
}

/// The deeds of the demo.
pub fn stories() -> Vec<String> {
    let stories = STORIES.iter().map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap());
    stories.flatten().filter_map(|story| story["deed"].as_str().map(str::to_owned)).collect()
}

fn grouped<K: Ord + Copy>(mut pairs: Vec<(K, char)>) -> Vec<(K, Vec<char>)> {
    pairs.sort_unstable();
    pairs
        .chunk_by(|one, other| one.0 == other.0)
        .map(|group| (group[0].0, group.iter().map(|pair| pair.1).collect()))
        .collect()
}

fn following<'a, K: Ord>(known: &'a [(K, Vec<char>)], key: &K) -> Option<&'a [char]> {
    known.binary_search_by(|(other, _)| other.cmp(key)).ok().map(|at| known[at].1.as_slice())
}
