#include "node/host/key_file.h"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/crypto/sodium_suite.h"
#include "tests/node/base/scratch_folder.h"

namespace node {
namespace {

class KeyFileTest : public testing::Test {
 protected:
  std::string ErrorOf(const std::filesystem::path& file) {
    core::SecretKey secret;
    const core::Status status = ReadKeyFile(file, suite_, secret);
    return status.ok() ? "ok" : std::string(core::MessageOf(status));
  }

  core::SodiumSuite suite_;
  ScratchFolder folder_;
  std::filesystem::path file_ = folder_ / "node.key";
};

TEST_F(KeyFileTest, WhatIsMadeIsReadBackAsTheSameIdentity) {
  const auto id = CreateKeyFile(file_, suite_);
  ASSERT_TRUE(id.ok());
  core::SecretKey secret;
  ASSERT_TRUE(ReadKeyFile(file_, suite_, secret).ok());
  EXPECT_EQ(suite_.Sha256(suite_.PublicKeyFor(secret)), id->bytes);
}

TEST_F(KeyFileTest, OnlyItsOwnerMayReadIt) {
  const mode_t old = umask(0);
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  umask(old);

  struct stat found {};

  ASSERT_EQ(stat(file_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(KeyFileTest, AnExistingFileIsNeverReplaced) {
  WriteText(file_, "precious");
  const auto id = CreateKeyFile(file_, suite_);
  EXPECT_TRUE(absl::IsFailedPrecondition(id.status()));
  EXPECT_EQ(TextOfFile(file_), "precious");
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".new"));
}

TEST_F(KeyFileTest, TwoKeysAreNotTheSame) {
  const auto first = CreateKeyFile(file_, suite_);
  const auto second = CreateKeyFile(folder_ / "other.key", suite_);
  EXPECT_NE(*first, *second);
}

TEST_F(KeyFileTest, AFileThatOthersMayReadIsRefusedWithItsMode) {
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  for (const mode_t mode : {0640u, 0604u, 0620u, 0700u}) {
    ASSERT_EQ(chmod(file_.c_str(), mode), 0);
    EXPECT_NE(ErrorOf(file_).find("allowed 0600 or 0400"), std::string::npos) << mode;
  }
  ASSERT_EQ(chmod(file_.c_str(), 0400), 0);
  EXPECT_EQ(ErrorOf(file_), "ok");
}

TEST_F(KeyFileTest, AForeignOwnerIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  ASSERT_EQ(chown(file_.c_str(), 65'534, 65'534), 0);
  EXPECT_NE(ErrorOf(file_).find("found owner 65534"), std::string::npos);
}

TEST_F(KeyFileTest, WhatIsNoFileIsRefused) {
  EXPECT_NE(ErrorOf(folder_.path()).find("no regular file"), std::string::npos);
  EXPECT_NE(ErrorOf(file_).find("No such file"), std::string::npos);
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  std::filesystem::create_symlink(file_, folder_ / "link.key");
  EXPECT_NE(ErrorOf(folder_ / "link.key").find("open"), std::string::npos);
}

TEST_F(KeyFileTest, EveryDamageOfAByteIsFoundAndNeverShown) {
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  const std::string good = TextOfFile(file_);
  const std::string secret = good.substr(good.find("secret ") + 7, 64);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    WriteText(file_, damaged);
    const std::string error = ErrorOf(file_);
    ASSERT_NE(error, "ok") << i;
    ASSERT_EQ(error.find(secret.substr(0, 16)), std::string::npos) << i;
  }
}

TEST_F(KeyFileTest, ATruncatedOrLongerFileIsRefusedWithItsSize) {
  ASSERT_TRUE(CreateKeyFile(file_, suite_).ok());
  const std::string good = TextOfFile(file_);
  for (size_t size = 0; size < good.size(); ++size) {
    WriteText(file_, good.substr(0, size));
    ASSERT_NE(ErrorOf(file_).find("found " + std::to_string(size) + " bytes"), std::string::npos);
  }
  WriteText(file_, good + "\n");
  EXPECT_NE(ErrorOf(file_).find("found more than"), std::string::npos);
}

}  // namespace
}  // namespace node
