#include "data/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "data/gzip.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

// A small file can unpack to a thousand times its length; no published one comes near this.
constexpr std::uint64_t kMostContentBytes = std::uint64_t{1} << 30;

class Digest {
 public:
  explicit Digest(const EVP_MD* algorithm) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    // A machine in FIPS mode refuses MD5.
    if (!context_ || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1)
      throw Error(ErrorKind::machine, "OpenSSL on this machine refuses the digest that is needed");
  }
  void add(Bytes bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string finish() {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> raw{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context_.get(), raw.data(), &length);
    std::string text;
    for (const std::uint8_t byte : std::span(raw).first(length))
      text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string content_problem(const RemoteFile& expected, Bytes bytes) {
  Digest digest(EVP_sha256());
  std::uint64_t length = 0;
  const auto add = [&](Bytes piece) {
    digest.add(piece);
    length += piece.size();
    return length <= kMostContentBytes;
  };
  try {
    if (is_gzip(bytes))
      stream_gzip(bytes, expected.name, add);
    else
      add(bytes);
  } catch (const Error& damaged) {
    if (damaged.kind() != ErrorKind::data) throw;
    return damaged.problem();
  }
  if (length > kMostContentBytes) return "its content is far too long";
  const std::string found = digest.finish();
  return found == expected.sha256_of_content
             ? ""
             : fmt::format("its content has the wrong SHA-256, {}", found);
}

}  // namespace

std::string sha256(Bytes bytes) {
  Digest digest(EVP_sha256());
  digest.add(bytes);
  return digest.finish();
}

std::string digest_problem(const RemoteFile& expected, Bytes bytes) {
  if (!expected.sha256_of_content.empty()) return content_problem(expected, bytes);
  Digest digest(EVP_md5());
  digest.add(bytes);
  const std::string found = digest.finish();
  return found == expected.md5_of_file ? "" : fmt::format("it has the wrong MD5, {}", found);
}

}  // namespace lithe::data
