# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of one's own in a temporary directory, reached by a socket in it; without rights of root, which initdb
refuses."""
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile


def programs():
    """Debian keeps them out of the path; the newest version's."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    on_path = shutil.which("initdb")
    if not found and not on_path:
        print("SKIPPED: no PostgreSQL server: apt-get install postgresql")
        sys.exit(0)
    return os.path.dirname(found[-1] if found else on_path)


def somebody():
    """Who runs it when we are root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    sys.exit("no user to run PostgreSQL as")


class Server:
    def __init__(self, durable=False):
        self.bin, self.durable = programs(), durable
        self.directory = tempfile.mkdtemp(prefix="quipu-postgres-")
        self.user = {}
        if os.getuid() == 0:
            who = somebody()
            os.chown(self.directory, who.pw_uid, who.pw_gid)
            self.user = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        try:
            self.run("initdb", "-D", self.data, "-U", "quipu", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
            self.start()
        except BaseException:
            shutil.rmtree(self.directory)
            raise

    @property
    def data(self):
        return os.path.join(self.directory, "data")

    def run(self, program, *arguments):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": self.directory}
        done = subprocess.run([os.path.join(self.bin, program), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, cwd=self.directory, env=environment, **self.user)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}\n{done.stdout}")
        return done.stdout

    def start(self):
        settings = f"-k {self.directory} -c listen_addresses="
        if not self.durable:
            settings += " -c fsync=off"
        # A file for its output: the server would keep a pipe open.
        self.run("pg_ctl", "start", "-w", "-D", self.data, "-l", os.path.join(self.directory, "log"), "-o", settings)

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data)

    def remove(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.directory)

    def url(self, database):
        return f"postgres://quipu@/{database}?host={self.directory}"

    def create(self, database):
        self.ask("postgres", f"create database {database}")
        return self.url(database)

    def ask(self, database, sql):
        """Rows as lists of text; NULL is empty."""
        text = self.run("psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-h", self.directory, "-U",
                        "quipu", "-d", database, "-c", sql)
        text = text[:-1] if text.endswith("\n") else text
        return [row.split("\x1f") for row in text.split("\x1e")] if text else []

    def value(self, database, sql):
        rows = self.ask(database, sql)
        return rows[0][0] if rows else None
