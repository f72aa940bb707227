#include "core/base/base64.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace core {
namespace {

RC_GTEST_PROP(Base64Property, DecodingGivesTheBytesBack, (const std::string& bytes)) {
  RC_ASSERT(FromBase64(ToBase64(bytes)) == bytes);
}

TEST(Base64Test, KnownValuesAndBadTexts) {
  EXPECT_EQ(ToBase64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(ToBase64("foob"), "Zm9vYg==");
  for (const char* bad : {"A", "AA=A", "=AAA", "Zm9vYh==", "Zm9v!g==", "Zg==Zg=="}) {
    EXPECT_FALSE(FromBase64(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace core
