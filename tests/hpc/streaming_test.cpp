// A population file read a window at a time, the next while one is worked on: the bits of the whole file, and its mistakes.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/program.hpp"

namespace puente::test {
namespace {

namespace fs = std::filesystem;

class Streaming : public testing::Test {
 protected:
  Streaming() : file_(folder_ / "z.h5") {
    const std::string profile = PUENTE_SOURCE_DIR "/scenarios/profiles/zambia.toml";
    EXPECT_EQ(puente("synthesise " + profile + " --households 5000 --quiet -o " + file_).code, 0);
  }
  Ran run(const std::string& options) const {
    return puente("run " PUENTE_SOURCE_DIR "/scenarios/zambia_casu_hgsf/scenario.toml --population " + file_ + " --scenarios status_quo,both --quiet " + options);
  }
  Folder folder_;
  std::string file_;
};

TEST_F(Streaming, WindowsAreTheSameBits) {
  ASSERT_EQ(run("-o " + folder_ / "whole.h5").code, 0);
  for (const char* window : {"1700", "2500", "4999", "5000", "9000"}) {
    const Ran ran = run(std::string("--window ") + window + " -o " + folder_ / "part.h5");
    ASSERT_EQ(ran.code, 0) << ran.text;
    const Ran same = puente("compare " + folder_ / "whole.h5" + " " + folder_ / "part.h5");
    EXPECT_EQ(same.code, 0) << window << same.text;
  }
  const Ran ran = run("--window 40 --threads 1 -o " + folder_ / "part.h5");
  ASSERT_EQ(ran.code, 0) << ran.text;
  EXPECT_EQ(puente("compare " + folder_ / "whole.h5" + " " + folder_ / "part.h5").code, 0);
}

/// Bytes of the columns that are read, changed in the second half: found by whoever reads them, also the thread that reads ahead.
TEST_F(Streaming, DamageIsFoundInEveryWindow) {
  std::string bytes(std::istreambuf_iterator<char>(*std::make_unique<std::ifstream>(file_, std::ios::binary)), {});
  for (std::size_t at = bytes.size() / 2; at < bytes.size(); at += 256) bytes[at] = static_cast<char>(bytes[at] ^ 0x5a);
  std::ofstream(file_, std::ios::binary) << bytes;
  const Ran whole = run(""), parts = run("--window 1000");
  EXPECT_NE(whole.code, 0);
  EXPECT_EQ(parts.code, whole.code) << parts.text;
  EXPECT_NE(parts.text.find("z.h5"), std::string::npos) << parts.text;
}

}  // namespace
}  // namespace puente::test
