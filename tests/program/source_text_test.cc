#include "program/source_text.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "support/temporary_folder.h"

namespace lithe::program {
namespace {

std::string numbered(const std::filesystem::path& path, int lines) {
  std::ofstream file(path);
  for (int i = 1; i <= lines; ++i) file << "  line " << i << "\n";
  return path.string();
}

ProgramLine at(const std::string& file, int number) {
  ProgramLine line;
  line.file = file;
  line.line = number;
  return line;
}

TEST(SourceText, ALineWithoutItsIndentation) {
  const test::TemporaryFolder folder;
  const std::string file = numbered(folder.path() / "a.py", 3);
  EXPECT_EQ(SourceText().line(file, 3), "line 3");
  for (const int none : {-1, 0, 4}) EXPECT_EQ(SourceText().line(file, none), "");
  EXPECT_EQ(SourceText().line("/nowhere/a.py", 1), "");
}

TEST(SourceText, CountAndIndentation) {
  const test::TemporaryFolder folder;
  const std::string file = numbered(folder.path() / "a.py", 3);
  SourceText sources;
  EXPECT_EQ(sources.count(file), 3);
  EXPECT_EQ(sources.indentation(file, 2), 2);
  EXPECT_EQ(sources.indentation(file, 4), 0);
  EXPECT_EQ(sources.count("/nowhere/a.py"), 0);
}

TEST(SourceText, OfATextThatIsInNoFile) {
  SourceText::know({{"<ipython-input-1-0a>", "a = 1\nb = 2\n"}});
  EXPECT_EQ(SourceText().line("<ipython-input-1-0a>", 2), "b = 2");
  SourceText::know({});
  EXPECT_EQ(SourceText().line("<ipython-input-1-0a>", 2), "");
}

TEST(SourceText, ExcerptsThatTouchAreOne) {
  const test::TemporaryFolder folder;
  const std::string file = numbered(folder.path() / "a.py", 100);
  const auto excerpts = SourceText().excerpts({at(file, 50), at(file, 58), at(file, 2)});
  ASSERT_EQ(excerpts.size(), 2);
  EXPECT_EQ(excerpts[0].first, 1);
  EXPECT_EQ(excerpts[0].lines.size(), 7);
  EXPECT_EQ(excerpts[1].first, 45);
  EXPECT_EQ(excerpts[1].lines.size(), 19);
  EXPECT_EQ(excerpts[1].lines[5], "  line 50");
}

TEST(SourceText, WhatIsNoFileIsNotRead) {
  const test::TemporaryFolder folder;
  const std::string pipe = (folder.path() / "pipe.py").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(SourceText().line(pipe, 1), "");
  EXPECT_EQ(SourceText().line("/dev/zero", 1), "");
  EXPECT_TRUE(SourceText().excerpts({at(pipe, 1), at("/dev/zero", 1)}).empty());
}

TEST(SourceText, LongLinesAreCut) {
  const test::TemporaryFolder folder;
  const std::string file = (folder.path() / "a.py").string();
  std::ofstream(file) << std::string(100'000, 'x') << "\nshort\n";
  EXPECT_EQ(SourceText().line(file, 1).size(), 200);
  EXPECT_EQ(SourceText().line(file, 2), "short");
}

}  // namespace
}  // namespace lithe::program
