// Names and labels of any alphabet go from the survey through expressions to results, JSON and the screen unchanged.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/hdf5/results_file.hpp"
#include "tests/support/program.hpp"

namespace puente::test {
namespace {

const char* const survey = R"(家庭,成员,权重,область,الدخل,سن,площадь земли
1,1,2,Алтай,100,40,1.5
1,2,2,Алтай,100,8,1.5
2,1,3,北京,50,30,0
3,1,1,القاهرة,10,70,2
)";
const char* const map = R"(format = 1
title = "调查"
[input.persons]
file = "опрос.csv"
[keys]
household = "家庭"
person = "成员"
[design]
weight = "权重"
[household.columns]
"область" = "область"
"الدخل" = { from = "الدخل", unit = "EGP/month/household", long_name = "دخل الأسرة" }
"площадь земли" = { from = "площадь земли", unit = "га" }
[person.columns]
"年龄" = { from = "سن", unit = "years" }
)";
const char* const policy = R"(format = 1
title = "政策"
[population]
source = "人口.h5"
[parameters]
"сумма" = { value = 5, unit = "EGP/month" }
[variables]
"дети" = 'count(`年龄` < 14)'
[welfare]
resource = '`الدخل`'
pass_through = { transfers = 1 }
[welfare.lines]
"линия" = 60
[groups]
"地区" = '`область`'
[programmes."منحة"]
eligible = 'дети > 0 and `площадь земли` < 2 and `область` in ["Алтай", "北京"]'
cash = { amount = '`сумма` * дети' }
[scenarios."基准"]
[scenarios."改革"]
programmes = ["منحة"]
)";

class Alphabets : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("опрос.csv", survey);
    const Ran ran = puente("import " + folder_.write("карта.toml", map) + " -o " + (folder_ / "人口.h5"));
    ASSERT_EQ(ran.code, 0) << ran.text;
    policy_ = folder_.write("政策.toml", policy);
  }
  Folder folder_;
  std::string policy_;
};

TEST_F(Alphabets, DescribeShowsThem) {
  const Ran ran = puente("describe " + (folder_ / "人口.h5"));
  for (const char* shown : {"调查", "3 labels: Алтай, القاهرة, 北京", "الدخل", "(دخل الأسرة)", "площадь земли", "га", "年龄"})
    EXPECT_NE(ran.text.find(shown), std::string::npos) << shown << "\n" << ran.text;
}

TEST_F(Alphabets, StatisticsSpeakThem) {
  const auto groups = puente_json("statistics " + (folder_ / "人口.h5") + " --welfare '`الدخل`' --line '贫困=60' --by 'область' --by 'Земля=if(`площадь земли` > 1, 1, 0)'")["groups"];
  EXPECT_EQ(groups["all"]["mean"], (4 * 100 + 3 * 50 + 1 * 10) / 8.0);
  EXPECT_EQ(groups["область=北京"]["fgt"]["贫困"]["0"], 1);
  EXPECT_EQ(groups["область=القاهرة"]["persons"], 1);
  EXPECT_EQ(groups["Земля=1"]["persons"], 5);
}

TEST_F(Alphabets, RunsKeepThem) {
  EXPECT_EQ(puente("check " + policy_).code, 0) << puente("check " + policy_).text;
  const auto reform = puente_json("run " + policy_)["scenarios"]["改革"];
  EXPECT_EQ(reform["programmes"]["منحة"]["地区=Алтай"]["recipients"], 2);
  const Ran table = puente("run " + policy_ + " -o " + (folder_ / "نتائج.h5"));
  ASSERT_EQ(table.code, 0) << table.text;
  for (const char* shown : {"政策", "基准", "改革", "линия"}) EXPECT_NE(table.text.find(shown), std::string::npos) << shown << "\n" << table.text;
  const Results results = io::read_results(folder_ / "نتائج.h5");
  EXPECT_EQ(results.title, "政策");
  EXPECT_EQ(results.dimension("scenario").labels, (std::vector<std::string>{"基准", "改革"}));
  EXPECT_EQ(results.dimension("line").labels, std::vector<std::string>{"линия"});
  EXPECT_EQ(results.dimension("programme").labels, std::vector<std::string>{"منحة"});
  for (const char* group : {"地区=Алтай", "地区=القاهرة", "地区=北京"}) {
    const auto& labels = results.dimension("group").labels;
    EXPECT_NE(std::find(labels.begin(), labels.end(), group), labels.end()) << group;
  }
}

TEST_F(Alphabets, MistakesPointAtTheirCharacters) {
  std::string wrong = policy;
  wrong.replace(wrong.find("'дети > 0"), std::string("'дети > 0").size(), "'детки > 0");
  const Ran ran = puente("check " + folder_.write("ошибка.toml", wrong));
  EXPECT_EQ(ran.code, 65);
  EXPECT_NE(ran.text.find("did you mean 'дети'"), std::string::npos) << ran.text;
  EXPECT_NE(ran.text.find("ошибка.toml:17:"), std::string::npos) << ran.text;
  const Ran label = puente("statistics " + (folder_ / "人口.h5") + " --welfare '`الدخل`' --where 'область == \"Алта\"'");
  EXPECT_EQ(label.code, 65);
  EXPECT_NE(label.text.find("did you mean \"Алтай\""), std::string::npos) << label.text;
}

}  // namespace
}  // namespace puente::test
