#include "data/pictures/folder_walk.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "data/pictures/split_folders.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostLookedAt = 100'000;  // files and folders, for the first picture

constexpr std::array kPictures = {".png", ".jpg",  ".jpeg", ".jpe",  ".jfif", ".webp",
                                  ".gif", ".bmp",  ".dib",  ".heic", ".heif", ".avif",
                                  ".tif", ".tiff", ".jp2",  ".jxl"};
constexpr std::array kNoPictures = {".txt", ".md",   ".csv",  ".tsv", ".json", ".jsonl", ".xml",
                                    ".yml", ".yaml", ".html", ".pdf", ".py",   ".ipynb", ".zip",
                                    ".tar", ".gz",   ".ini",  ".log", ".mat",  ".npy",   ".db"};

template <class Endings>
bool ends_as(const fs::path& path, const Endings& endings) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(endings, ending) != endings.end();
}

// Of folders that have been entered: what a link leads to is the same there.
class Entered {
 public:
  // Whether it was not there yet.
  bool add(const fs::path& folder) {
    struct stat status {};
    return ::stat(folder.c_str(), &status) != 0 ||
           seen_.emplace(status.st_dev, status.st_ino).second;
  }

 private:
  std::set<std::pair<dev_t, ino_t>> seen_;
};

class Walk {
 public:
  Walk(const fs::path& root, const fs::path& folder) : root_(root) {
    entered_.add(root);
    fs::path at = root;
    for (const fs::path& part : folder.lexically_relative(root)) entered_.add(at /= part);
  }

  void enter(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (is_hidden(entry.path())) continue;
      std::error_code error;
      const fs::file_status status = entry.status(error);
      if (fs::is_directory(status)) {
        if (entered_.add(entry.path()))
          enter(entry.path());
        else
          leave_out(entry.path(), "a link to a folder that is read already");
      } else if (fs::is_regular_file(status)) {
        add(entry);
      } else {
        leave_out(entry.path(), entry.is_symlink(error) ? "a link to nothing that can be read"
                                                        : "neither a file nor a folder");
      }
    }
  }

  FoundFiles finish() {
    std::ranges::sort(found_.files, {}, &FoundFile::path);
    std::ranges::sort(found_.left_out);
    return std::move(found_);
  }

 private:
  std::string name_of(const fs::path& path) const {
    return path.lexically_relative(root_).string();
  }

  void leave_out(const fs::path& path, const char* why) {
    found_.left_out.push_back(name_of(path) + ": " + why);
  }

  void add(const fs::directory_entry& entry) {
    if (ends_as(entry.path(), kNoPictures))
      return leave_out(entry.path(), "not named as a picture is");
    found_.files.push_back(
        {name_of(entry.path()), entry.file_size(),
         static_cast<std::int64_t>(entry.last_write_time().time_since_epoch().count())});
  }

  const fs::path& root_;
  Entered entered_;
  FoundFiles found_;
};

bool look_for_picture(const fs::path& folder, Entered& entered, std::size_t& looked_at) {
  std::error_code unreadable;
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(folder, unreadable), end; at != end && looked_at < kMostLookedAt;
       at.increment(unreadable), ++looked_at) {
    std::error_code nowhere;
    if (at->is_directory(nowhere))
      folders.push_back(at->path());
    else if (is_named_as_picture(at->path()))
      return true;
  }
  return std::ranges::any_of(folders, [&](const fs::path& below) {
    return entered.add(below) && look_for_picture(below, entered, looked_at);
  });
}

}  // namespace

FoundFiles find_files(const fs::path& root, const fs::path& folder) {
  Walk walk(root, folder);
  walk.enter(folder);
  return walk.finish();
}

bool is_named_as_picture(const fs::path& path) { return ends_as(path, kPictures); }

bool has_picture(const fs::path& folder) {
  Entered entered;
  entered.add(folder);
  std::size_t looked_at = 0;
  return look_for_picture(folder, entered, looked_at);
}

}  // namespace lithe::data
