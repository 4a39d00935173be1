#include "data/tables/text_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "data/files/gzip.h"
#include "data/tables/class_folder.h"
#include "data/tables/utf8.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

[[noreturn]] void fail_too_large(const std::string& name, std::uint64_t most_bytes) {
  throw Error(ErrorKind::data, fmt::format("it holds more than the {} bytes allowed", most_bytes),
              name, "a smaller table, or one that is not compressed");
}

void append(std::string& text, const void* bytes, std::size_t count, const std::string& name,
            std::uint64_t most_bytes) {
  if (count > most_bytes - text.size()) fail_too_large(name, most_bytes);
  text.append(static_cast<const char*>(bytes), count);
}

// Reads a descriptor to its end.
std::string read_all(int descriptor, const std::string& name, std::uint64_t most_bytes) {
  std::string text;
  std::vector<char> piece(1 << 16);
  for (;;) {
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(ErrorKind::io, fmt::format("cannot read {}: {}", name, std::strerror(errno)), {},
                  "a file that you may read");
    if (got == 0) return text;
    append(text, piece.data(), static_cast<std::size_t>(got), name, most_bytes);
  }
}

bool is_zstd(std::span<const std::uint8_t> bytes) {
  constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xB5, 0x2F, 0xFD};
  return bytes.size() >= 4 && std::equal(kMagic.begin(), kMagic.end(), bytes.begin());
}

std::string unpack_zstd(std::span<const std::uint8_t> packed, const std::string& name,
                        std::uint64_t most_bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     ZSTD_freeDCtx);
  std::string text;
  std::vector<char> piece(ZSTD_DStreamOutSize());
  ZSTD_inBuffer input{packed.data(), packed.size(), 0};
  std::size_t left = 1;
  while (input.pos < input.size || left > 0) {
    ZSTD_outBuffer output{piece.data(), piece.size(), 0};
    const std::size_t before = input.pos;
    left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left) != 0 || (input.pos == before && output.pos == 0 && left > 0))
      throw Error(ErrorKind::data,
                  fmt::format("the Zstandard data is damaged at byte {} or cut short", input.pos),
                  name, "compress the file anew");
    append(text, piece.data(), output.pos, name, most_bytes);
  }
  return text;
}

std::string unpack_gzip_text(std::span<const std::uint8_t> packed, const std::string& name,
                             std::uint64_t most_bytes) {
  std::string text;
  stream_gzip(packed, name, [&](std::span<const std::uint8_t> piece) {
    append(text, piece.data(), piece.size(), name, most_bytes);
    return true;
  });
  return text;
}

// The first sheet of a workbook as CSV, by the program xlsx2csv.
std::string convert_workbook(const fs::path& path, std::uint64_t most_bytes) {
  const std::string name = path.string(), absolute = fs::absolute(path).string();
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    throw Error(ErrorKind::machine, fmt::format("no pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::array<const char*, 3> arguments = {"xlsx2csv", absolute.c_str(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "xlsx2csv", &actions, nullptr,
                                    const_cast<char* const*>(arguments.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  const auto closer = std::unique_ptr<int, void (*)(int*)>(&pipe[0], [](int* d) { ::close(*d); });
  if (failed != 0)
    throw Error(ErrorKind::machine, "workbooks are read by the program xlsx2csv, which is not here",
                name, "apt install xlsx2csv, or save the sheet as CSV");
  std::string text = read_all(pipe[0], name, most_bytes);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error(ErrorKind::data, "xlsx2csv cannot read the workbook", name,
                "save the sheet as CSV");
  return text;
}

}  // namespace

std::string kind_of(const fs::path& path) {
  std::string end = lower(path.extension().string());
  if (end == ".gz" || end == ".zst") end = lower(path.stem().extension().string());
  return end;
}

std::optional<TableFormat> format_of(const fs::path& path) {
  if (path == "-") return TableFormat::csv;
  const std::string end = kind_of(path);
  for (const char* text : {".csv", ".tsv", ".tab", ".txt", ".data", ".dat"})
    if (end == text) return TableFormat::csv;
  if (end == ".libsvm" || end == ".svm" || end == ".svmlight") return TableFormat::libsvm;
  if (end == ".npy") return TableFormat::npy;
  if (end == ".npz") return TableFormat::npz;
  if (end == ".ts") return TableFormat::ts;
  if (end == ".xlsx") return TableFormat::excel;
  if (end == ".parquet" || end == ".feather" || end == ".xls" || end == ".ods")
    return TableFormat::parquet;
  return format_of_folder(path);
}

void TextFile::unpack(const fs::path& path, std::uint64_t most_bytes) {
  const std::string name = path.string();
  file_.emplace(path);
  const std::span<const std::uint8_t> bytes = file_->bytes();
  if (!is_gzip(bytes) && !is_zstd(bytes)) {
    text_ = {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return;
  }
  owned_ = is_gzip(bytes) ? unpack_gzip_text(bytes, name, most_bytes)
                          : unpack_zstd(bytes, name, most_bytes);
  text_ = owned_;
  file_.reset();
}

TextFile::TextFile(const fs::path& path, std::uint64_t most_bytes) {
  const auto format = format_of(path);
  if (path == "-") {
    text_ = owned_ = read_all(STDIN_FILENO, "standard input", most_bytes);
  } else if (format == TableFormat::excel) {
    text_ = owned_ = convert_workbook(path, most_bytes);
  } else {
    unpack(path, most_bytes);
  }
  if (!is_utf16(text_)) return;
  owned_ = from_utf16(text_);
  text_ = owned_;
  file_.reset();
}

}  // namespace lithe::data
