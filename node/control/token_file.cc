#include "node/control/token_file.h"

#include <array>

#include <sodium.h>

#include "node/base/visible_text.h"
#include "node/discovery/address.h"
#include "node/handshake/entropy.h"
#include "node/service/private_file.h"

namespace node {
namespace {

constexpr std::string_view kWhat = "control token";

core::StatusOr<std::string> MakeToken(const std::filesystem::path& path) {
  std::array<uint8_t, kTokenBytes / 2> secret;
  FillRandom(secret);
  const std::string token = HexText(secret);
  const std::string line = token + "\n";
  ASSIGN_OR_RETURN(PrivateFile file, PrivateFile::Create(kWhat, path));
  RETURN_IF_ERROR(file.Write({reinterpret_cast<const uint8_t*>(line.data()), line.size()}));
  RETURN_IF_ERROR(file.Finish());
  return token;
}

}  // namespace

core::StatusOr<std::string> TokenFromFile(const std::filesystem::path& path) {
  core::StatusOr<std::string> text = ReadPrivateFile(kWhat, path, kTokenBytes + 1);
  if (absl::IsNotFound(text.status())) return MakeToken(path);
  if (!text.ok()) return text.status();
  if (text->ends_with('\n')) text->pop_back();
  if (ParseKey(*text).has_value()) return text;
  return core::DataLoss(std::string(kWhat) + " " + path.string() +
                        ": found something else, allowed 64 hexadecimal digits in lower case; a "
                        "file that is taken away is made anew");
}

bool SameToken(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace node
