// `puente validate` on evidence about four households, worked out by hand.
#include <gtest/gtest.h>

#include "tests/programmes/policies.hpp"

namespace puente::test {
namespace {

/// Incomes 10, 20, 30, 40; the programme raises those below 25 by half: 15 and 30, so that the headcount at 25 falls from 1/2 to 1/4.
const std::string scenario = four_households + R"([parameters]
gain = { value = 0.5, status = "published", source = "an evaluation" }
[welfare]
resource = 'income'
pass_through = { income = 1 }
[welfare.lines]
z = 25
[programmes.farm]
eligible = 'income < 25'
[[programmes.farm.effects]]
outcome = "income"
kind = "relative"
size = 'gain'
[scenarios.none]
[scenarios.farm]
programmes = ["farm"]
[run]
reference = "none"
)";
const std::string head = "outcome = \"income\"\narm = \"farm\"\ncomparison = \"control\"\nunit = \"relative change\"\nplace = \"table 1\"\n";
const std::string treated = R"(simulated = 'outcome_mean("farm", "income", "recipient.farm") / without(outcome_mean("farm", "income", "recipient.farm")) - 1'
)";

std::string row(const std::string& id, const std::string& rest) { return "[[findings]]\nid = \"" + id + "\"\n" + head + rest + "\n"; }

const std::string evidence = "format = 1\ntitle = \"What an evaluation found\"\n" +
  row("gain", "form = \"point\"\nvalue = 0.5\nunit_in_last_place = 0.1\nrole = \"input\"\nsets = [\"parameters.gain\"]\n" + treated) +
  row("all", R"(form = "point"
value = 1.15
within = 1e-9
role = "predicted"
simulated = 'mean_welfare("farm") / mean_welfare("none")')") +
  row("poverty", R"(form = "sign"
value = "+"
role = "held_out"
simulated = 'headcount("farm") - headcount("none")')") +
  row("people", R"(form = "level"
value = 4
unit_in_last_place = 1
role = "predicted"
simulated = 'persons("none")')") +
  row("market", "form = \"at_least\"\nvalue = 1\nrole = \"not_modelled_yet\"\n") +
  row("hope", "form = \"contradictory\"\nrole = \"not_identified\"\n");

class Validate : public testing::Test {
 protected:
  Ran validate(const std::string& content, const std::string& options = "") {
    folder_.write("scenario.toml", scenario);
    return puente("validate " + folder_.write("evidence.toml", content) + " " + options);
  }
  nlohmann::json found(const std::string& options = "") {
    const Ran ran = shell(std::string("(") + PUENTE_BINARY + " validate " + (folder_ / "evidence.toml") + " --json " + options + " 2>/dev/null)");
    return json_of(ran.text);
  }
  Folder folder_;
};

TEST_F(Validate, JudgesByHandWorkedNumbers) {
  const Ran ran = validate(evidence);
  EXPECT_EQ(ran.code, 0) << ran.text;
  EXPECT_NE(ran.text.find("1 of 1 that must close do; 2 of 3 predictions agree; 2 not compared."), std::string::npos) << ran.text;
  const auto json = found();
  EXPECT_EQ(json["households"], 4);
  const std::vector<std::pair<double, std::string>> expected = {{0.5, "closes"}, {1.15, "predicted inside"}, {-0.25, "sign differs"}, {4, "predicted inside"}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(json["findings"][i]["simulated"].get<double>(), expected[i].first, 1e-12) << i;
    EXPECT_EQ(json["findings"][i]["verdict"], expected[i].second) << i;
  }
  EXPECT_EQ(json["findings"][4]["verdict"], "not modelled yet");
  EXPECT_EQ(json["findings"][5]["verdict"], "contradictory in the source");
}

/// No number of a finding is anywhere but in the files: another parameter moves what is simulated, and what must close fails.
TEST_F(Validate, AnotherParameterMovesTheResultAndDoesNotClose) {
  const Ran ran = validate(evidence, "--set parameters.gain=0.6");
  EXPECT_EQ(ran.code, 1) << ran.text;
  EXPECT_NE(ran.text.find("DOES NOT CLOSE"), std::string::npos);
  const auto json = found("--set parameters.gain=0.6");
  EXPECT_EQ(json["closes"], false);
  EXPECT_NEAR(json["findings"][0]["simulated"].get<double>(), 0.6, 1e-12);
  EXPECT_NEAR(json["findings"][1]["simulated"].get<double>(), 1.18, 1e-12);
  EXPECT_EQ(json["findings"][1]["verdict"], "predicted outside");
}

/// A wrong prediction is printed; it is no failure.
TEST_F(Validate, AWrongPredictionIsNoFailure) {
  EXPECT_EQ(validate(with(evidence, "value = 1.15", "value = 9")).code, 0);
}

TEST_F(Validate, RanksAndThreadsFindTheSame) {
  folder_.write("scenario.toml", scenario);
  const std::string file = folder_.write("evidence.toml", evidence);
  const std::string once = puente("validate " + file + " --threads 1").text;
  EXPECT_EQ(puente("validate " + file + " --threads 2 --block 2").text, once);
#ifdef PUENTE_HAS_MPI
  EXPECT_EQ(shell("mpirun -n 2 " + std::string(PUENTE_BINARY) + " validate " + file + " --threads 1").text, once);
#else
  GTEST_SKIP() << "built without MPI: threads and blocks alone were compared";
#endif
}

TEST_F(Validate, EveryMistakeIsFoundAtItsPlace) {
  const auto refused = [&](const std::string& rest, const std::string& message) {
    const Ran ran = validate(evidence + row("one_more", rest));
    EXPECT_EQ(ran.code, 65) << rest;
    EXPECT_NE(ran.text.find(message), std::string::npos) << rest << "\n" << ran.text;
    EXPECT_NE(ran.text.find("evidence.toml:"), std::string::npos) << ran.text;
  };
  const std::string value = "form = \"point\"\nvalue = 1\nunit_in_last_place = 1\n";
  refused(value + "role = \"predicted\"\nsets = [\"parameters.gain\"]\n" + treated, "is an input or calibrated, and proves nothing");
  refused(value + "role = \"input\"\n" + treated, "say in `sets` which parameters hold it");
  refused(value + "role = \"input\"\nsets = [\"parameters.gian\"]\n" + treated, "has no 'parameters.gian'");
  refused(value + "role = \"predicted\"\n", "say in `simulated`");
  refused(value + "role = \"predicted\"\nsimulated = 'headcont(\"farm\")'", "did you mean 'headcount'?");
  refused(value + "role = \"predicted\"\nsimulated = 'without(1)'", "there is no figure");
  refused("form = \"point\"\nvalue = 1\nrole = \"predicted\"\n" + treated, "does not say how exactly it was printed");
  refused("form = \"range\"\nvalue = [2, 1]\nrole = \"predicted\"\n" + treated, "the lower first");
  refused("form = \"sign\"\nvalue = 1\nrole = \"predicted\"\n" + treated, "\"+\" or \"-\"");
  refused("form = \"null\"\nvalue = 1\nrole = \"predicted\"\n" + treated, "has no value");
  refused("form = \"guess\"\nvalue = 1\nrole = \"predicted\"\n" + treated, "guess");
  refused("role = \"predicted\"\n" + treated, "needs a `form` and a `role`");
  const Ran twice = validate(evidence + row("gain", value + "role = \"predicted\"\n" + treated));
  EXPECT_EQ(twice.code, 65);
  EXPECT_NE(twice.text.find("'gain' is given twice"), std::string::npos) << twice.text;
  EXPECT_EQ(validate("format = 1\ntitle = \"nothing\"\n").code, 65);
  EXPECT_EQ(puente("validate " + (folder_ / "absent.toml")).code, 66);
}

/// A scenario that a formula names must be there; so must the group it asks for.
TEST_F(Validate, NamesThatDoNotExist) {
  const std::string value = "form = \"point\"\nvalue = 1\nwithin = 1\nrole = \"predicted\"\n";
  EXPECT_EQ(validate(evidence + row("x", value + "simulated = 'headcount(\"frm\")'")).code, 65);
  const Ran group = validate(evidence + row("x", value + "simulated = 'headcount(\"farm\", \"arm=fram\")'"));
  EXPECT_EQ(group.code, 65);
  EXPECT_NE(group.text.find("arm=farm"), std::string::npos) << group.text;
}

}  // namespace
}  // namespace puente::test
