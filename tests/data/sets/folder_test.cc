#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "data/sample.h"
#include "lithe/data.h"
#include "lithe/images.h"

namespace lithe {
namespace {

using test::expect_error;

// The environment as the test wants it, and as it was afterwards.
class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"LITHE_DATA", "XDG_CACHE_HOME", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value == nullptr ? std::nullopt : std::optional<std::string>(value);
      ::unsetenv(name);
    }
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(Folder, EachPlaceYieldsToTheOneBefore) {
  ::setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(data_folder(""), "/home/someone/.cache/lithe");
  ::setenv("XDG_CACHE_HOME", "/cache", 1);
  EXPECT_EQ(data_folder(""), "/cache/lithe");
  ::setenv("LITHE_DATA", "data", 1);
  EXPECT_EQ(data_folder(""), "data");
  EXPECT_EQ(data_folder("chosen"), "chosen");
}

TEST_F(Folder, EmptyVariablesAndARelativeCacheCountAsUnset) {
  ::setenv("HOME", "/home/someone", 1);
  ::setenv("LITHE_DATA", "", 1);
  ::setenv("XDG_CACHE_HOME", "", 1);
  EXPECT_EQ(data_folder(""), "/home/someone/.cache/lithe");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(data_folder(""), "/home/someone/.cache/lithe");
}

TEST_F(Folder, NoPlaceAtAllIsAnErrorOfWhatNeedsOne) {
  EXPECT_TRUE(data_folder("").empty());
  const std::vector<std::string> words = {"HOME", "LITHE_DATA", "--data-dir"};
  expect_error(ErrorKind::usage, words, [] { load_dataset("mnist", ""); });
  expect_error(ErrorKind::usage, words, [] { fetch_dataset("mnist", ""); });
  expect_error(ErrorKind::usage, words, [] { load_image_folder("/", {}, ""); });
  EXPECT_EQ(load_dataset("digits", "").class_names.size(), 10u);
}

}  // namespace
}  // namespace lithe
