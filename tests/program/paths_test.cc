#include "program/paths.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

TEST(Paths, TheFolderThatAllFilesAreIn) {
  EXPECT_EQ(common_folder({}), "");
  EXPECT_EQ(common_folder({"/home/me/train.py"}), "/home/me/");
  EXPECT_EQ(common_folder({"/home/me/train.py", "/home/me/data/load.py"}), "/home/me/");
  EXPECT_EQ(common_folder({"/home/me/tr.py", "/home/me/train/a.py"}), "/home/me/");
  EXPECT_EQ(common_folder({"/home/me/a.py", "b.py"}), "");
}

TEST(Paths, BelowAFolder) {
  EXPECT_EQ(below("/home/me/data/load.py", "/home/me/"), "data/load.py");
  EXPECT_EQ(below("/opt/load.py", "/home/me/"), "/opt/load.py");
}

}  // namespace
}  // namespace lithe::program
