#include "node/control/token_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/node/base/scratch_folder.h"

namespace node {
namespace {

TEST(TokenFileTest, IsMadeOnceForItsUserOnly) {
  const ScratchFolder scratch;
  const auto token = TokenFromFile(scratch / "t");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->size(), kTokenBytes);
  EXPECT_EQ(*TokenFromFile(scratch / "t"), *token);
  EXPECT_NE(*TokenFromFile(scratch / "other"), *token);

  struct stat found {};

  ASSERT_EQ(stat((scratch / "t").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  ASSERT_EQ(chmod((scratch / "t").c_str(), 0644), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(TokenFromFile(scratch / "t").status()));
}

TEST(TokenFileTest, AFileThatHoldsNoTokenIsRefusedWithoutShowingIt) {
  const ScratchFolder scratch;
  for (const char* text : {"", "hunter2\n", "abc", "0123456789abcdefg"}) {
    WriteText(scratch / "t", text);
    ASSERT_EQ(chmod((scratch / "t").c_str(), 0600), 0);
    const auto token = TokenFromFile(scratch / "t");
    EXPECT_FALSE(token.ok());
    EXPECT_EQ(core::MessageOf(token.status()).find("hunter2"), std::string_view::npos);
  }
}

TEST(TokenFileTest, OnlyTheSameTokenIsTheSame) {
  EXPECT_TRUE(SameToken("abc", "abc"));
  EXPECT_FALSE(SameToken("abc", "abd"));
  EXPECT_FALSE(SameToken("abc", "ab"));
  EXPECT_FALSE(SameToken("", "ab"));
}

}  // namespace
}  // namespace node
