//! Programs that stand before portals in real networks: nginx as a limiter, tinyproxy as a way out.
//!
//! Shared by the tests that drive the client and those that use the real CLI. Neither program takes port 0, so a port
//! is tried that was free a moment ago, and another one if somebody else was faster.

use std::fmt::Write as _;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A running program; it ends when dropped.
pub struct Middle {
    process: Child,
    port: u16,
    directory: TempDir,
}

impl Middle {
    /// Starts tinyproxy with these lines in its configuration.
    pub fn tinyproxy(lines: &str) -> Self {
        Self::start(|port, directory| {
            let log = directory.path().join("log");
            let text = format!(
                "Port {port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Connect\nLogFile \"{}\"\n{lines}",
                log.display()
            );
            let path = directory.path().join("tinyproxy.conf");
            fs::write(&path, text).unwrap();
            let mut command = Command::new("tinyproxy");
            command.arg("-d").arg("-c").arg(path);
            (command, "tinyproxy-bin")
        })
    }

    /// Starts nginx before a portal, with these lines in its `http` block and these in its `location`.
    pub fn nginx(portal: &str, http: &str, location: &str) -> Self {
        Self::start(|port, directory| {
            let root = directory.path().display();
            let mut paths = String::new();
            for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"] {
                writeln!(paths, "{kind}_temp_path {root}/{kind};").unwrap();
            }
            let text = format!(
                "daemon off;\nmaster_process off;\npid {root}/pid;\nerror_log {root}/log;\n\
                 events {{ worker_connections 256; }}\n\
                 http {{\naccess_log off;\n{paths}{http}\n\
                 server {{\nlisten 127.0.0.1:{port};\n\
                 location / {{\n{location}\nproxy_pass {portal};\nproxy_set_header Host $http_host;\n}}\n}}\n}}\n"
            );
            let path = directory.path().join("nginx.conf");
            fs::write(&path, text).unwrap();
            // Debian keeps it from those who are not root.
            let search = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
            let mut command = Command::new("nginx");
            command.env("PATH", search).arg("-c").arg(path);
            command.arg("-p").arg(directory.path());
            (command, "nginx")
        })
    }

    fn start(prepare: impl Fn(u16, &TempDir) -> (Command, &'static str)) -> Self {
        loop {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let directory = tempfile::tempdir().unwrap();
            let (mut command, package) = prepare(port, &directory);
            let spawned = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
            let process = spawned.unwrap_or_else(|error| {
                panic!(
                    "{} does not start ({error}); on Debian: apt-get install {package}",
                    command.get_program().display()
                )
            });
            let mut middle = Self {
                process,
                port,
                directory,
            };
            if middle.is_up() {
                return middle;
            }
        }
    }

    /// Waits until it takes connections, or has ended.
    fn is_up(&mut self) -> bool {
        loop {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::yield_now();
        }
    }

    /// Returns its address, with this in front of the host: nothing, or a login and an `@`.
    pub fn address(&self, login: &str) -> String {
        format!("http://{login}127.0.0.1:{}", self.port)
    }

    /// Returns what it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap()
    }
}

impl Drop for Middle {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
