#include "output_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lithe/error.h"

namespace lithe::app {

namespace fs = std::filesystem;

void check_output(const std::string& path, const char* option) {
  const fs::path file(path);
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder))
    throw Error(ErrorKind::usage, fmt::format("there is no folder '{}'", folder.string()), option,
                "make it first");
  if (fs::is_directory(file))
    throw Error(ErrorKind::usage, fmt::format("'{}' is a folder", path), option,
                "the name of a file");
  // Begun and not committed. To open a pipe would already mean something to its reader.
  if (!fs::exists(file) || fs::is_regular_file(file)) const base::NewFile attempt(file);
}

void check_model_output(const std::string& path, const char* option) {
  constexpr std::array<std::string_view, 11> kOthers = {".onnx",   ".pt",    ".pth",    ".h5",
                                                        ".hdf5",   ".keras", ".tflite", ".pkl",
                                                        ".joblib", ".npz",   ".json"};
  const std::string ending = fs::path(path).extension().string();
  if (std::ranges::find(kOthers, ending) != kOthers.end())
    throw Error(ErrorKind::usage,
                fmt::format("the model is written as safetensors, and '{}' says that it is "
                            "something else",
                            path),
                option, fs::path(path).replace_extension(".safetensors").string());
  check_output(path, option);
}

void check_picture(const std::string& path, const char* option) {
  const fs::path ending = fs::path(path).extension();
  if (!ending.empty() && ending != ".svg")
    throw Error(
        ErrorKind::usage,
        fmt::format("the picture is written as SVG, and '{}' says that it is something else", path),
        option, fs::path(path).replace_extension(".svg").string());
  check_output(path, option);
}

std::string keep_earlier(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return {};
  const fs::path real = fs::canonical(file, error);
  for (std::size_t number = 1;; ++number) {
    const fs::path kept = file.parent_path() / fmt::format("{}.{}{}", file.stem().string(), number,
                                                           file.extension().string());
    fs::create_hard_link(real, kept, error);
    if (error == std::errc::file_exists) continue;
    // A file system without links.
    if (error && !fs::exists(kept)) fs::copy_file(real, kept, error);
    if (error)
      throw Error(ErrorKind::io,
                  fmt::format("the earlier {} cannot be kept as {}: {}", file.string(),
                              kept.string(), error.message()),
                  {}, "--output with another name");
    return kept.string();
  }
}

std::vector<base::FileLock> claim_outputs(
    const std::vector<std::pair<fs::path, const char*>>& files) {
  std::vector<base::FileLock> locks;
  for (const auto& [path, option] : files) {
    if (path.empty()) continue;
    check_output(path.string(), option);
    locks.emplace_back(path, option);
    base::remove_leftovers(path);
  }
  return locks;
}

}  // namespace lithe::app
