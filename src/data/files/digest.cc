#include "data/files/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "lithe/error.h"

namespace lithe::data {

namespace {

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

void Digest::Free::operator()(void* context) const { EVP_MD_CTX_free(as_context(context)); }

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new()) {
  const EVP_MD* const algorithm = kind == Kind::sha256 ? EVP_sha256() : EVP_md5();
  // A machine in FIPS mode refuses MD5.
  if (!context_ || EVP_DigestInit_ex(as_context(context_.get()), algorithm, nullptr) != 1)
    throw Error(ErrorKind::machine, "OpenSSL on this machine refuses the digest that is needed");
}

void Digest::add(std::span<const std::uint8_t> bytes) {
  EVP_DigestUpdate(as_context(context_.get()), bytes.data(), bytes.size());
}

std::string Digest::finish() {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> raw{};
  unsigned length = 0;
  EVP_DigestFinal_ex(as_context(context_.get()), raw.data(), &length);
  std::string text;
  for (const std::uint8_t byte : std::span(raw).first(length)) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256(std::span<const std::uint8_t> bytes) {
  Digest digest(Digest::Kind::sha256);
  digest.add(bytes);
  return digest.finish();
}

}  // namespace lithe::data
