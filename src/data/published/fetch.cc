#include "data/published/fetch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "data/files/data_folder.h"
#include "data/files/part_file.h"
#include "data/published/check_digest.h"
#include "data/published/curl_library.h"
#include "data/published/download.h"
#include "lithe/error.h"

namespace lithe {

namespace data {

namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  // An existing folder behind a link counts as an error there, but not here.
  std::error_code unreadable;
  if (error && !fs::is_directory(folder, unreadable))
    throw Error(ErrorKind::io,
                fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()),
                {}, "choose a folder that you may write to with LITHE_DATA or --data-dir");
}

// A file that cannot be read counts as missing.
bool is_right(const RemoteFile& file, const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return false;
  try {
    return digest_problem(file, base::read_file(path, file.max_bytes)).empty();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;
    return false;
  }
}

bool is_there(const RemoteFile& file, const fs::path& folder) {
  const fs::path packed = folder / file.name;
  if (is_right(file, packed)) return true;
  fs::path plain = packed;
  plain.replace_extension();
  // Loaders prefer the gzip file, so a wrong one must not stay.
  std::error_code unreadable;
  return packed.extension() == ".gz" && !file.sha256_of_content.empty() &&
         !fs::exists(packed, unreadable) && is_right(file, plain);
}

// Gives the file its final name if its digest is right. Otherwise removes it and returns the
// reason.
std::string settle(const RemoteFile& file, const fs::path& folder, PartFile& part) {
  if (part.size() > file.max_bytes) {
    part.restart();
    return "it is too long";
  }
  const auto bytes = base::read_file(part.path(), file.max_bytes);
  std::string problem = digest_problem(file, bytes);
  if (problem.empty()) {
    const std::span<const std::uint8_t> piece(bytes);
    base::write_file_atomically(folder / file.name, std::span(&piece, 1));
  }
  part.restart();
  return problem;
}

std::string address_of(const RemoteFile& file, const std::string& mirror) {
  return mirror + (mirror.ends_with('/') ? "" : "/") + file.name;
}

// Without libcurl, a person can still put the files there.
void require_curl(const std::vector<RemoteFile>& files, const fs::path& folder,
                  const std::vector<std::string>& mirrors) {
  const std::string& problem = curl_library().problem;
  if (problem.empty()) return;
  std::string addresses;
  for (const RemoteFile& file : files)
    if (!mirrors.empty()) addresses += "\n  " + address_of(file, mirrors.front());
  throw Error(ErrorKind::machine,
              fmt::format("downloads need libcurl, which cannot be loaded: {}", problem), {},
              fmt::format("install libcurl (on Debian and Ubuntu: apt-get install libcurl4), or "
                          "download these files into '{}' by other means:{}",
                          folder.string(), addresses));
}

// Tries twice: the second attempt continues an interrupted transfer, or starts again where the part
// file of an earlier run was wrong. Returns the problem, or nothing if the file is there.
std::string try_mirror(const RemoteFile& file, const fs::path& folder, const std::string& mirror,
                       PartFile& part, const FetchOptions& options) {
  const Download what{
      .address = address_of(file, mirror), .file = file.name, .max_bytes = file.max_bytes};
  std::string problem;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool resumed = part.size() > 0;
    const Transfer transfer = download(what, part, options);
    if (transfer.outcome == Outcome::failed) return transfer.said;
    if (transfer.outcome == Outcome::again) {
      problem = transfer.said;
      continue;
    }
    problem = settle(file, folder, part);
    if (problem.empty() || !resumed) return problem;
  }
  return problem;
}

// Moves a mirror that had the file to the front, so that the next file is fetched from it first.
void fetch_file(const RemoteFile& file, const fs::path& folder, std::vector<std::string>& mirrors,
                const FetchOptions& options) {
  PartFile part(folder / (file.name + ".part"));
  // An earlier run may have ended between the last byte and the digest.
  if (part.size() > 0 && is_right(file, part.path())) {
    settle(file, folder, part);
    return;
  }
  std::string answers;
  for (auto mirror = mirrors.begin(); mirror != mirrors.end(); ++mirror) {
    const std::string problem = try_mirror(file, folder, *mirror, part, options);
    if (problem.empty()) {
      std::rotate(mirrors.begin(), mirror, mirror + 1);
      return;
    }
    answers += fmt::format("\n  {}: {}", *mirror, problem);
  }
  throw Error(ErrorKind::io, fmt::format("no mirror could give '{}':{}", file.name, answers), {},
              fmt::format("the same command again when the network is there, or copy the files "
                          "into '{}' yourself",
                          folder.string()));
}

std::vector<RemoteFile> missing_of(std::span<const RemoteFile> files, const fs::path& folder) {
  std::vector<RemoteFile> missing;
  for (const RemoteFile& file : files)
    if (!is_there(file, folder)) missing.push_back(file);
  return missing;
}

const PublishedDataset& published(const std::string& name, const fs::path& folder) {
  if (is_built_in(name))
    throw Error(ErrorKind::usage, fmt::format("'{}' is generated, there is nothing to fetch", name),
                {}, "lithe train --data " + name);
  const PublishedDataset* found = find_published(name);
  if (found == nullptr) fail_unknown_dataset(name);
  require_data_folder(folder);
  return *found;
}

}  // namespace

void fetch_files(std::span<const RemoteFile> files, const fs::path& folder,
                 const FetchOptions& options) {
  make_folder(folder);
  const std::vector<RemoteFile> missing = missing_of(files, folder);
  if (missing.empty()) return;
  std::vector<std::string> mirrors = options.mirrors;
  require_curl(missing, folder, mirrors);
  for (const RemoteFile& file : missing) fetch_file(file, folder, mirrors, options);
}

}  // namespace data

std::vector<MissingFile> missing_files(const std::string& name, const std::filesystem::path& folder,
                                       const std::vector<std::string>& mirrors) {
  const data::PublishedDataset& set = data::published(name, folder);
  std::vector<MissingFile> missing;
  for (const data::RemoteFile& file : data::missing_of(set.files, folder / set.name)) {
    missing.push_back({folder / set.name / file.name, {}, file.max_bytes});
    for (const std::string& mirror : mirrors.empty() ? set.mirrors : mirrors)
      missing.back().addresses.push_back(data::address_of(file, mirror));
  }
  return missing;
}

void fetch_dataset(const std::string& name, const std::filesystem::path& folder,
                   const FetchOptions& options) {
  const data::PublishedDataset& set = data::published(name, folder);
  FetchOptions complete = options;
  if (complete.mirrors.empty()) complete.mirrors = set.mirrors;
  data::fetch_files(set.files, folder / set.name, complete);
}

}  // namespace lithe
