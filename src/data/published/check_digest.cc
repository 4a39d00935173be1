#include "data/published/check_digest.h"

#include <fmt/format.h>

#include "data/files/digest.h"
#include "data/files/gzip.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

using Bytes = std::span<const std::uint8_t>;

// A small file can unpack to a thousand times its length. No published file is near this limit.
constexpr std::uint64_t kMostContentBytes = std::uint64_t{1} << 30;

std::string content_problem(const RemoteFile& expected, Bytes bytes) {
  Digest digest(Digest::Kind::sha256);
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

std::string digest_problem(const RemoteFile& expected, Bytes bytes) {
  if (!expected.sha256_of_content.empty()) return content_problem(expected, bytes);
  Digest digest(Digest::Kind::md5);
  digest.add(bytes);
  const std::string found = digest.finish();
  return found == expected.md5_of_file ? "" : fmt::format("it has the wrong MD5, {}", found);
}

}  // namespace lithe::data
